import type { SSMClient } from '@aws-sdk/client-ssm';
import {
  type LoadedConfiguration,
  loadedConfigurationAt,
  loadWithVpcRanges,
  type SentryParameterNames,
} from './sentry-configuration';
import type { Place } from '../../organization/domain/place';
import type { Vpcs } from '../domain/policies/vpcs';

/**
 * What is rehearsed, as it holds in the rehearsal's own place, with the ranges that VPCs have now.
 * In a hub, policies may be for some accounts alone; none is for units, whose accounts a rehearsal
 * does not know.
 */
export async function loadConfigurationOfRehearsal(
  client: SSMClient,
  names: SentryParameterNames,
  place: Place,
  vpcs: Vpcs,
): Promise<LoadedConfiguration> {
  return loadedConfigurationAt(await loadWithVpcRanges(client, names, vpcs), { place });
}
