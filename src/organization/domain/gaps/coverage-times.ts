import type { SourceKind } from '../sources';

/** Between two runs that judge what is covered. */
export const RUN_EVERY_MINUTES = 15;

/** Between two runs that try places of which nothing is heard. */
export const TRY_EVERY_MINUTES = 15;

/** A place is tried where nothing was heard of it for so long. */
export const TRIED_AFTER_SECONDS = 100 * 60;

/**
 * A heartbeat takes its time to come back, and the next run names what is silent by then: within
 * three hours, by way of the slowest source too.
 */
export const SILENT_AFTER_SECONDS = 135 * 60;

/** How much later than forwarded events the records of a source come, when it is slow. */
export const COMES_LATER_SECONDS: Readonly<Record<SourceKind, number>> = {
  'forwarded-events': 0,
  'organization-trail': 10 * 60,
  'cloudtrail-lake': 15 * 60,
};
