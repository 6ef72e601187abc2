import time
import pytest
from pipeline.delivery import demo
from tests.pipeline.delivery.test_demo import work, _here  # noqa
from pipeline.jobs.models import Job
pytestmark=[pytest.mark.django_db]
def test_measure(admin):
    cpu=time.process_time(); by={}
    def w():
        c=time.process_time(); work(); by.setdefault("n",[]).append(time.process_time()-c)
    t=time.monotonic()
    demo.build(None, demo.Patience(rest=w, seconds=400))
    print("CPU", time.process_time()-cpu, "wall", time.monotonic()-t, [round(x,1) for x in by["n"]])
