"""The local provider: real work by classical means, on this machine, without a model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from pipeline.imaging.seeds import variant_seed
from pipeline.providers.base import Cancelled, ErrorClass, Produced, ProviderError
from pipeline.providers.base import RunContext as Context
from pipeline.providers.base import RunRequest as Request
from pipeline.providers.local.boundary import heal_boundary, measure_boundary
from pipeline.providers.local.cuts import render_movie
from pipeline.providers.local.examine import examine_take
from pipeline.providers.local.motion import move_picture
from pipeline.providers.local.packages import pack
from pipeline.providers.local.seed_images import (
    compose_foundation,
    crop_seed,
    merge_seeds,
    refine_seed,
    take_portrait,
)
from pipeline.providers.local.sketch import draw_sketch

#: How an operation makes one output: request, position, seed, report(fraction), cancelled().
Make = Callable[[Request, int, int, Callable[[float], None], Callable[[], bool]], Produced]

#: Variations drawn at the same time by one job; drawing mostly runs outside Python's lock.
THREADS = 2


def do_nothing(
    request: Request,
    position: int,
    random_seed: int,
    report: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> Produced:
    """Spend the time asked for, then write a note."""
    seconds = float(request.parameters.get("seconds", 0))
    started = time.monotonic()
    while (gone := time.monotonic() - started) < seconds:
        if cancelled():
            raise Cancelled
        report(gone / seconds)
        time.sleep(min(0.05, seconds - gone))
    note = f"note {position} {random_seed}\n".encode()
    return Produced(position, note, "text/plain", random_seed, 1000, int(seconds * 1000))


class LocalAdapter:
    """Runs what needs no model."""

    provider = "local"
    version = "1"
    can_cancel = True
    makers: dict[str, Make] = {
        "create.image": draw_sketch,
        "transform.image_to_video": move_picture,
        "video.examine": examine_take,
        "video.measure_boundary": measure_boundary,
        "video.heal_boundary": heal_boundary,
        "video.render_cut": render_movie,
        "seed.forward": compose_foundation,
        "seed.reverse": take_portrait,
        "seed.refine": refine_seed,
        "seed.crop": crop_seed,
        "seed.merge": merge_seeds,
        "delivery.assemble": pack,
        "system.noop": do_nothing,
    }

    def run(self, request: Request, context: Context) -> Iterator[Produced]:
        """Make the missing outputs, a few at a time."""
        make = self.makers.get(request.operation)
        if make is None:
            raise ProviderError(
                "This machine can't run this operation.", error_class=ErrorClass.INPUT
            )
        yield from self._run_all(request, context, make)
        if request.parameters.get("fail"):
            raise ProviderError("It was asked to fail.", detail="parameter fail is true")

    def _run_all(self, request: Request, context: Context, make: Make) -> Iterator[Produced]:
        fractions = dict.fromkeys(request.positions, 0.0)
        lock = threading.Lock()

        def one(position: int) -> Produced:
            def report(fraction: float) -> None:
                with lock:
                    fractions[position] = max(fractions[position], min(1.0, fraction))
                    done = sum(fractions.values()) / len(fractions)
                finished = sum(f >= 1.0 for f in fractions.values())
                context.progress(done, f"{finished} of {len(fractions)} finished")

            seed = variant_seed(request.random_seed, position)
            produced = make(request, position, seed, report, context.cancelled)
            report(1.0)
            return produced

        with ThreadPoolExecutor(THREADS, thread_name_prefix="local") as pool:
            running: set[Future[Produced]] = {pool.submit(one, p) for p in request.positions}
            try:
                while running:
                    finished, running = wait(running, return_when=FIRST_COMPLETED)
                    for future in finished:
                        yield future.result()
            finally:
                for future in running:
                    future.cancel()
