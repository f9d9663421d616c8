export const ACCESS_KEY_METRICS = {
  keysTooOld: 'KeysTooOld',
  keysSoonTooOld: 'KeysSoonTooOld',
  keysUnused: 'KeysUnused',
  keysNeverUsed: 'KeysNeverUsed',
  /** The age of the oldest key that is listed, in days; 0 where none is. */
  oldestKeyAge: 'OldestKeyAge',
  /** Look-ups that failed; written in every run. More than 0: the run was incomplete. */
  unknownLookUps: 'UnknownLookUps',
  /** Runs that came to their end, complete or not. */
  runsCompleted: 'RunsCompleted',
  /** Runs of a copy outside the home Region, which does nothing. */
  runsSkipped: 'RunsSkipped',
  /** Those of them where no copy is deployed to the home Region: no one looks at the keys. */
  runsSkippedEverywhere: 'RunsSkippedEverywhere',
  keysDeactivated: 'KeysDeactivated',
  keysDeleted: 'KeysDeleted',
  /** Runs whose findings EventBridge did not take, or not all of them. */
  announcementsFailed: 'AnnouncementsFailed',
  /** Users with keys in a run of whom no owner is known, or whose owner could not be read. */
  usersWithoutOwner: 'KeyUsersWithoutOwner',
  /** Owners who get no direct message of a report: past the most of one, or SQS took none. */
  ownersNotMessaged: 'KeyOwnersNotMessaged',
  /** Files for an `inventoryBucket`, or rows of one account in them, that were not written. */
  inventoriesFailed: 'KeyInventoriesFailed',
  /** Decisions of people that were carried out, or found to have nothing to do. */
  decisionsCarriedOut: 'KeyDecisionsCarriedOut',
  decisionsFailed: 'KeyDecisionsFailed',
  /** Messages that passed for decisions, and that no workflow has signed for what was asked. */
  decisionsRefused: 'KeyDecisionsRefused',
  /** Steps that should have been taken and were not. */
  stepsFailed: 'StepsFailed',
} as const;

/** What a run writes though it has found nothing: AWS charges for each hour with a value. */
export const ACCESS_KEY_METRICS_WHILE_IDLE = {
  check: [
    ACCESS_KEY_METRICS.keysTooOld,
    ACCESS_KEY_METRICS.keysSoonTooOld,
    ACCESS_KEY_METRICS.keysUnused,
    ACCESS_KEY_METRICS.keysNeverUsed,
    ACCESS_KEY_METRICS.oldestKeyAge,
    ACCESS_KEY_METRICS.unknownLookUps,
    ACCESS_KEY_METRICS.runsCompleted,
  ],
} as const;
