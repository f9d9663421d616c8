"""IAM's credential report as AWS documents it: made at most every four hours, and saying what was true then.
moto's says what is true at the moment of asking, has one GeneratedTime for ever, gives a key's creation for its last rotation
and no service and Region of its last use, and breaks where a user's name holds a comma."""

import csv
import io
from datetime import timedelta

SHORTEST_INTERVAL = timedelta(hours=4)
DATE_FORMAT = "%Y-%m-%dT%H:%M:%S+00:00"
USER_COLUMNS = (
    "user arn user_creation_time password_enabled password_last_used password_last_changed password_next_rotation mfa_active"
).split()
KEY_COLUMNS = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
KEYS_IN_REPORT = (1, 2)
CERTIFICATE_COLUMNS = "cert_1_active cert_1_last_rotated cert_2_active cert_2_last_rotated".split()
HEADER = USER_COLUMNS + [f"access_key_{key}_{column}" for key in KEYS_IN_REPORT for column in KEY_COLUMNS] + CERTIFICATE_COLUMNS


def report_of(users):
    report = io.StringIO()
    writer = csv.writer(report, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(row_of(user) for user in users)
    return report.getvalue()


def row_of(user):
    # Only name and ARN, at the front of moto's row, can hold commas.
    by_moto = user.to_csv().rstrip("\n").rsplit(",", len(HEADER) - 2)[1:]
    of_user = len(USER_COLUMNS) - 2
    keys = user.access_keys[: len(KEYS_IN_REPORT)]
    columns = [column for key in keys for column in columns_of(key)]
    columns += ["false", "N/A", "N/A", "N/A", "N/A"] * (len(KEYS_IN_REPORT) - len(keys))
    return [user.name, user.arn, *by_moto[:of_user], *columns, *by_moto[-len(CERTIFICATE_COLUMNS) :]]


def columns_of(key):
    changed_at = getattr(key, "change_date", key.create_date)
    use = key.last_used
    return [
        "true" if key.status == "Active" else "false",
        changed_at.strftime(DATE_FORMAT),
        *([use.strftime(DATE_FORMAT), use.region, use.service] if use else ["N/A", "N/A", "N/A"]),
    ]


def improve_credential_report():
    from moto.core.responses import ActionResult
    from moto.core.utils import utcnow
    from moto.iam.exceptions import ReportNotPresentException
    from moto.iam.models import IAMBackend, User
    from moto.iam.responses import IamResponse

    change_key = User.update_access_key

    def change_key_with_date(self, access_key_id, status=None):
        key = change_key(self, access_key_id, status)
        key.change_date = utcnow()
        return key

    def has_fresh_report(self):
        return self.credential_report is not None and utcnow() - self.credential_report[0] < SHORTEST_INTERVAL

    def generate_report(self):
        if not has_fresh_report(self):
            self.credential_report = (utcnow(), report_of(list(self.users.values())))

    def get_credential_report(self):
        if self.credential_report is None:
            raise ReportNotPresentException("Credential report not present")
        return self.credential_report

    def answer_with_report(self):
        generated_at, report = self.backend.get_credential_report()
        return ActionResult({"Content": report, "ReportFormat": "text/csv", "GeneratedTime": generated_at})

    User.update_access_key = change_key_with_date
    IAMBackend.report_generated = has_fresh_report
    IAMBackend.generate_report = generate_report
    IAMBackend.get_credential_report = get_credential_report
    IamResponse.get_credential_report = answer_with_report
