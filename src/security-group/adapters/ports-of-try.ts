import type { Announcements } from './announcements';
import { ReportAnnouncer } from './report-announcer';
import type { LoadedConfiguration } from './sentry-configuration';
import { isToBeLeftOut } from '../../shared/adapters/aws/failure-kind';
import type { CachedConfiguration } from '../../shared/adapters/configuration/cached-configuration';
import type { FailureReporter } from '../../shared/adapters/failure/failure-reporter';
import { giveUpAsking } from '../domain/deciding/give-up-asking';
import type { Ports } from '../domain/responding/ports';

/** The same in every try. */
export type LastingPorts = Omit<Ports, 'announcer' | 'tries' | 'isToBeLeftOut'>;

/** The parts of a function that the ports of its tries are made from. */
export interface LastingParts {
  /** Name of the sentry. */
  readonly sentry: string;
  readonly announcements: Announcements;
  readonly failures: FailureReporter;
  readonly configuration: CachedConfiguration<LoadedConfiguration>;
  readonly ports: LastingPorts;
}

/** The ports of one try. `tries` starts at 1. */
export function portsAt(tries: number, parts: LastingParts): Ports {
  const { sentry, announcements, failures, configuration, ports } = parts;
  const isLeftOutNow = (error: unknown) => isToBeLeftOut(error, tries);
  const announcer = new ReportAnnouncer({
    name: sentry,
    announcements,
    failures,
    isToBeLeftOut: isLeftOutNow,
    giveUpAsking: async (requestId) =>
      giveUpAsking(requestId, {
        configuration: await configuration.asOf(new Date(0)),
        ports: portsAt(tries, parts),
      }),
  });
  return { ...ports, announcer, tries, isToBeLeftOut: isLeftOutNow };
}
