/** Of all events that the library itself puts on a bus. */
export const SENTRY_EVENT_SOURCE = 'cdk-sentries';
