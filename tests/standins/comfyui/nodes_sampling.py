"""Core nodes that make, sample and decode latents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tests.standins.comfyui.catalogue import SEED, Choice, link, node, real, whole
from tests.standins.comfyui.pixels import (
    Conditioning,
    Latent,
    Model,
    Pixels,
    Recipe,
    encoded,
    resized,
    sampled,
)

SAMPLERS = (
    "euler",
    "euler_cfg_pp",
    "euler_ancestral",
    "euler_ancestral_cfg_pp",
    "heun",
    "heunpp2",
    "dpm_2",
    "dpm_2_ancestral",
    "lms",
    "dpm_fast",
    "dpm_adaptive",
    "dpmpp_2s_ancestral",
    "dpmpp_2s_ancestral_cfg_pp",
    "dpmpp_sde",
    "dpmpp_sde_gpu",
    "dpmpp_2m",
    "dpmpp_2m_cfg_pp",
    "dpmpp_2m_sde",
    "dpmpp_2m_sde_gpu",
    "dpmpp_2m_sde_heun",
    "dpmpp_2m_sde_heun_gpu",
    "dpmpp_3m_sde",
    "dpmpp_3m_sde_gpu",
    "ddpm",
    "lcm",
    "ipndm",
    "ipndm_v",
    "deis",
    "res_multistep",
    "res_multistep_cfg_pp",
    "res_multistep_ancestral",
    "res_multistep_ancestral_cfg_pp",
    "gradient_estimation",
    "gradient_estimation_cfg_pp",
    "er_sde",
    "seeds_2",
    "seeds_3",
    "sa_solver",
    "sa_solver_pece",
    "ddim",
    "uni_pc",
    "uni_pc_bh2",
)
SCHEDULERS = (
    "simple",
    "sgm_uniform",
    "karras",
    "exponential",
    "ddim_uniform",
    "beta",
    "normal",
    "linear_quadratic",
    "kl_optimal",
)
PREVIEW_PX = 512
SIDE = 8


@node(
    "EmptyLatentImage",
    required={
        "width": whole(512, 16, 16384, 8, tooltip="The width of the latent images in pixels."),
        "height": whole(512, 16, 16384, 8, tooltip="The height of the latent images in pixels."),
        "batch_size": whole(1, 1, 4096, tooltip="The number of latent images in the batch."),
    },
    outputs=("LATENT",),
    output_tooltips=("The empty latent image batch.",),
    display="Empty Latent Image",
    category="latent",
    description="Create a new batch of empty latent images to be denoised via sampling.",
)
def empty_latent(call: Any, width: int, height: int, batch_size: int = 1) -> tuple[Any, ...]:
    return (Latent(width // SIDE * SIDE, height // SIDE * SIDE, batch_size),)


@node(
    "EmptySD3LatentImage",
    required={
        "width": whole(1024, 16, 16384, 16),
        "height": whole(1024, 16, 16384, 16),
        "batch_size": whole(1, 1, 4096),
    },
    outputs=("LATENT",),
    category="latent/sd3",
    module="comfy_extras.nodes_sd3",
    newer=True,
)
def empty_sd3_latent(call: Any, width: int, height: int, batch_size: int = 1) -> tuple[Any, ...]:
    return empty_latent(call, width, height, batch_size)


def _sampled(call: Any, latent: Latent, recipe: Recipe, steps: int) -> Latent:
    result = sampled(latent, recipe)
    assert result.pixels is not None
    final = resized(result.pixels[:1], PREVIEW_PX // 8, PREVIEW_PX // 8)[0].astype(np.float32)
    noise = np.random.default_rng(recipe.random_seed % 2**63).integers(0, 256, final.shape)
    for step in range(steps):
        call.sleep(call.step_seconds)
        share = (step + 1) / steps
        seen = np.clip(final * share + noise * (1 - share), 0, 255).astype(np.uint8)
        large = resized(seen[None], PREVIEW_PX, PREVIEW_PX)[0]
        call.progress(step + 1, steps, ("JPEG", encoded(large, "JPEG", quality=95)))
    return result


SAMPLING = {
    "sampler_name": Choice(
        SAMPLERS,
        {
            "tooltip": "The algorithm used when sampling, this can affect the quality, speed, "
            "and style of the generated output."
        },
    ),
    "scheduler": Choice(
        SCHEDULERS,
        {"tooltip": "The scheduler controls how noise is gradually removed to form the image."},
    ),
    "positive": link(
        "CONDITIONING",
        "The conditioning describing the attributes you want to include in the image.",
    ),
    "negative": link(
        "CONDITIONING",
        "The conditioning describing the attributes you want to exclude from the image.",
    ),
    "latent_image": link("LATENT", "The latent image to denoise."),
}


@node(
    "KSampler",
    required={
        "model": link("MODEL", "The model used for denoising the input latent."),
        "seed": whole(
            0,
            0,
            0xFFFFFFFFFFFFFFFF,
            control_after_generate=True,
            tooltip="The random seed used for creating the noise.",
        ),
        "steps": whole(20, 1, 10000, tooltip="The number of steps used in the denoising process."),
        "cfg": real(8.0, 0.0, 100.0, 0.1, round=0.01),
        **SAMPLING,
        "denoise": real(1.0, 0.0, 1.0, 0.01),
    },
    outputs=("LATENT",),
    category="sampling",
)
def ksampler(
    call: Any,
    model: Model,
    seed: int,
    steps: int,
    cfg: float,
    sampler_name: str,
    scheduler: str,
    positive: Conditioning,
    negative: Conditioning,
    latent_image: Latent,
    denoise: float = 1.0,
) -> tuple[Any, ...]:
    recipe = Recipe(model, positive, negative, seed, sampler_name, cfg, denoise)
    return (_sampled(call, latent_image, recipe, steps),)


@node(
    "KSamplerAdvanced",
    required={
        "model": link("MODEL"),
        "add_noise": Choice(("enable", "disable")),
        "noise_seed": SEED,
        "steps": whole(20, 1, 10000),
        "cfg": real(8.0, 0.0, 100.0, 0.1, round=0.01),
        "sampler_name": Choice(SAMPLERS),
        "scheduler": Choice(SCHEDULERS),
        "positive": link("CONDITIONING"),
        "negative": link("CONDITIONING"),
        "latent_image": link("LATENT"),
        "start_at_step": whole(0, 0, 10000),
        "end_at_step": whole(10000, 0, 10000),
        "return_with_leftover_noise": Choice(("disable", "enable")),
    },
    outputs=("LATENT",),
    display="KSampler (Advanced)",
    category="sampling",
)
def ksampler_advanced(
    call: Any,
    model: Model,
    noise_seed: int,
    steps: int,
    cfg: float,
    sampler_name: str,
    positive: Conditioning,
    negative: Conditioning,
    latent_image: Latent,
    start_at_step: int,
    end_at_step: int,
    **_: Any,
) -> tuple[Any, ...]:
    done = min(end_at_step, steps) - start_at_step
    recipe = Recipe(model, positive, negative, noise_seed, sampler_name, cfg, done / steps)
    return (_sampled(call, latent_image, recipe, max(done, 1)),)


@node(
    "VAEDecode",
    required={
        "samples": link("LATENT", "The latent to be decoded."),
        "vae": link("VAE", "The VAE model used for decoding the latent."),
    },
    outputs=("IMAGE",),
    display="VAE Decode",
    category="latent",
    description="Decodes latent images back into pixel space images.",
)
def vae_decode(call: Any, samples: Latent, vae: Any) -> tuple[Any, ...]:
    if samples.pixels is not None:
        return (samples.pixels,)
    shape = (samples.batch * samples.length, samples.height, samples.width, 3)
    return (np.full(shape, 127, dtype=np.uint8),)


@node(
    "VAEEncode",
    required={"pixels": link("IMAGE"), "vae": link("VAE")},
    outputs=("LATENT",),
    display="VAE Encode",
    category="latent",
)
def vae_encode(call: Any, pixels: Pixels, vae: Any) -> tuple[Any, ...]:
    return (_encoded(pixels),)


def _encoded(pixels: Pixels) -> Latent:
    count, height, width = pixels.shape[:3]
    height, width = height // SIDE * SIDE, width // SIDE * SIDE
    return Latent(width, height, count, pixels=pixels[:, :height, :width])


@node(
    "VAEEncodeForInpaint",
    required={
        "pixels": link("IMAGE"),
        "vae": link("VAE"),
        "mask": link("MASK"),
        "grow_mask_by": whole(6, 0, 64, 1),
    },
    outputs=("LATENT",),
    display="VAE Encode (for Inpainting)",
    category="latent/inpaint",
)
def vae_encode_for_inpaint(
    call: Any, pixels: Pixels, vae: Any, mask: Pixels, grow_mask_by: int = 6
) -> tuple[Any, ...]:
    return (replace(_encoded(pixels), mask=mask),)


@node(
    "SetLatentNoiseMask",
    required={"samples": link("LATENT"), "mask": link("MASK")},
    outputs=("LATENT",),
    display="Set Latent Noise Mask",
    category="latent/inpaint",
)
def set_latent_noise_mask(call: Any, samples: Latent, mask: Pixels) -> tuple[Any, ...]:
    return (replace(samples, mask=mask),)
