export const READING_METRICS = {
  /** Log files of the trail that were read. */
  logFiles: 'LogFilesRead',
  /** Objects that are no log file of the trail. */
  passedOver: 'ObjectsPassedOver',
  /** Which try at a log file it was that failed, from 1. */
  failedTries: 'FailedTriesOfLogFiles',
  /** Runs over CloudTrail Lake that came to their end. */
  lakeRuns: 'LakeRuns',
  /** Records that were handed on. */
  records: 'RecordsRead',
  /** Seconds from where reading of CloudTrail Lake ended to the time of the run. */
  lakeLag: 'LakeLag',
} as const;

/** What a run writes though it has read no record: AWS charges for each hour with a value. */
export const READING_METRICS_WHILE_IDLE = {
  lake: [READING_METRICS.lakeRuns, READING_METRICS.lakeLag],
} as const;
