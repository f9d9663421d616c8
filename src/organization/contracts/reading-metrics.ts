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
