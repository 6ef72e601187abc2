"""The doctor: what it finds, what it says, and how slices add to it."""

from __future__ import annotations

import json
import sys

import pytest
from django.core.management import call_command
from django.db import connection
from django_q.models import OrmQ

from studio.core.lookups import lookup_models
from studio.ops import doctor, doctor_checks
from studio.ops.doctor import Finding


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setattr(doctor, "_registry", {})
    monkeypatch.setattr(doctor, "discover", lambda: list(doctor._registry.values()))
    return doctor._registry


def test_slices_are_discovered(settings, monkeypatch, tmp_path):
    module = type(sys)("studio.shell.doctor_for_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    settings.SEEDFRAME_DOCTOR_MODULES = [module.__name__]
    names = [entry.name for entry in doctor.discover()]
    assert names == sorted(names)
    assert {"migrations", "lookups", "database", "storage", "clocks", "queues"} <= set(names)
    del settings.SEEDFRAME_DOCTOR_MODULES
    assert all(name.count(".") == 2 for name in doctor._slices())


def test_check_that_breaks_is_a_finding(registry):
    @doctor.register("broken")
    def check():
        """It works."""
        raise ZeroDivisionError("oops")

    [result] = doctor.run()
    assert not result.ok
    assert "ZeroDivisionError: oops" in result.findings[0].detail


def test_deep_checks_run_only_when_asked_for(registry):
    doctor.register("quick")(lambda: [])
    doctor.register("deep", deep=True)(lambda: [])
    assert [r.name for r in doctor.run()] == ["quick"]
    assert [r.name for r in doctor.run(deep=True)] == ["quick", "deep"]
    assert [r.name for r in doctor.run(["deep"])] == ["deep"]


def test_many_findings_are_cut(registry):
    doctor.register("many")(lambda: (Finding(str(n)) for n in range(1000)))
    [result] = doctor.run()
    assert len(result.findings) == doctor.MAX_FINDINGS + 1


def test_two_checks_of_one_name_are_refused(registry):
    doctor.register("twice")(doctor_checks.check_clocks)
    with pytest.raises(ValueError, match="twice"):
        doctor.register("twice")(lambda: [])


def test_command_exits_by_the_result(registry, capsys):
    doctor.register("fine")(lambda: [Finding("by the way", is_problem=False)])
    call_command("doctor")
    assert "by the way" in capsys.readouterr().out
    doctor.register("wrong")(lambda: [Finding("bad", remedy="mend it")])
    with pytest.raises(SystemExit) as caught:
        call_command("doctor", "--json")
    assert caught.value.code == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert found["checks"][1]["findings"] == [
        {"detail": "bad", "remedy": "mend it", "problem": True}
    ]


@pytest.mark.django_db
class TestOwnChecks:
    @pytest.mark.parametrize("name", ["migrations", "lookups", "storage", "clocks", "settings"])
    def test_healthy_studio_passes(self, name):
        doctor.discover()
        [result] = doctor.run([name])
        assert result.ok, result.findings

    def test_changed_and_missing_lookup_rows_are_found(self):
        model = next(m for m in lookup_models() if m._meta.label == "studio.Role")
        first = model.objects.order_by("pk").first()
        model.objects.filter(pk=first.pk).update(label="Changed")
        details = [f.detail for f in doctor_checks.check_lookups()]
        assert any("Changed" in detail for detail in details)

    def test_database_without_durability_is_found(self):
        # the tests' own database is such a one
        with connection.cursor() as cursor:
            cursor.execute("SHOW fsync")
            off = cursor.fetchone()[0] == "off"
        found = [f for f in doctor_checks.check_database() if "fsync" in f.detail]
        assert bool(found) is off

    def test_skewed_clock_is_found(self, monkeypatch):
        real = doctor_checks.time.time
        monkeypatch.setattr(doctor_checks.time, "time", lambda: real() - 60)
        [finding] = doctor_checks.check_clocks()
        assert "+60" in finding.detail

    def test_full_disk_is_found(self, monkeypatch):
        monkeypatch.setattr(doctor_checks, "FREE_BYTES", 2**60)
        assert any("GiB left" in f.detail for f in doctor_checks.check_storage())

    def test_queues_without_clusters_are_a_remark(self):
        findings = list(doctor_checks.check_queues())
        assert findings and not any(f.is_problem for f in findings)
        assert not OrmQ.objects.exists()

    def test_readable_secret_is_found(self, settings, tmp_path):
        settings.DATA_DIR = tmp_path
        key = tmp_path / "secret_key"
        key.write_text("x" * 50)
        key.chmod(0o644)
        assert any("read by others" in f.detail for f in doctor_checks.check_settings())

    def test_retry_below_timeout_is_found(self, settings):
        settings.Q_CLUSTER = settings.Q_CLUSTER | {"retry": 10, "timeout": 20}
        assert any("retry must exceed" in f.detail for f in doctor_checks.check_settings())
