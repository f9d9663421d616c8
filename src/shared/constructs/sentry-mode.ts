/** Whether a sentry acts on what it judges. */
export enum SentryMode {
  /** It acts. */
  ENFORCE = 'ENFORCE',

  /** It does everything but act, and says what it would have done. */
  OBSERVE = 'OBSERVE',
}
