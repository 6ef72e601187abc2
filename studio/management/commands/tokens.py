"""`manage.py tokens`: compile the design tokens to CSS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from studio.shell import tokens


class Command(BaseCommand):
    """Writes static/studio/shell/tokens.css from studio/shell/tokens.json."""

    help = "Compile studio/shell/tokens.json to CSS custom properties."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """`--check` only compares."""
        parser.add_argument("--check", action="store_true", help="fail if the CSS is not in step")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile; refuse colours that can't be read."""
        document = tokens.load()
        weak = [p for p in tokens.pairs(document) if p.ratio < p.minimum]
        if weak:
            lines = (f"{p.theme}/{p.scheme}: {p.foreground} on {p.background} has {p.ratio:.2f},"
                     f" needs {p.minimum}" for p in weak)  # fmt: skip
            raise CommandError("Contrast is too low.\n" + "\n".join(lines))
        css, path = tokens.compile_css(document), tokens.stylesheet()
        if not options["check"]:
            path.write_text(css, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != css:
            raise CommandError("tokens.css is not in step with tokens.json: run `manage.py tokens`")
        self.stdout.write(f"{len(list(tokens.pairs(document)))} colour pairs meet their contrast.")
