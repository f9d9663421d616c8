"""The emulator's time: the machine's, until it is set."""

import threading
from datetime import datetime, timezone

from queues import look_again

_setting = threading.Lock()
_frozen = None


def utc_date_of(text):
    """moto keeps its dates in UTC and without saying so. Python 3.10 does not know the Z."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc).replace(tzinfo=None)


def set_clock(request):
    """The clock goes on from there: where it stood still, long polls of queues would never end, as moto measures them by it.
    It is moved rather than frozen again, which would look through all modules again. Answers the machine's own time of the moment."""
    global _frozen
    import freezegun

    now = utc_date_of(request["now"])
    with _setting:
        _frozen = _frozen or freezegun.freeze_time(now, tick=True).start()
        _frozen.move_to(now)
        answer = {"realTimeMs": freezegun.api.real_time() * 1000}
    look_again()
    return answer
