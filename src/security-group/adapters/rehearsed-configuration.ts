import type { SSMClient } from '@aws-sdk/client-ssm';
import {
  type LoadedConfiguration,
  loadedConfigurationAt,
  loadSentryConfiguration,
  type SentryParameterNames,
} from './sentry-configuration';
import type { Place } from '../../organization/domain/place';

/**
 * What is rehearsed, as it holds in the rehearsal's own place. In a hub, policies may be for some
 * accounts alone; none is for units, whose accounts a rehearsal does not know.
 */
export async function loadConfigurationOfRehearsal(
  client: SSMClient,
  names: SentryParameterNames,
  place: Place,
): Promise<LoadedConfiguration> {
  return loadedConfigurationAt(await loadSentryConfiguration(client, names), { place });
}
