import type { Ports } from './ports';
import type { SentryConfiguration } from '../policies/sentry-configuration';

/** A sentry at work: what it was told to do, and its ports. */
export interface Sentry {
  readonly configuration: SentryConfiguration;
  readonly ports: Ports;
}
