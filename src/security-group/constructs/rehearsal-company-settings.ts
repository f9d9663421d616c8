import type { SecurityGroupRehearsalProps } from './security-group-rehearsal-props';
import { settingsFor } from '../../shared/constructs/applied-settings';
import type { CompanySettings } from '../../shared/constructs/company-settings';

/** Each has to be named, so that none that is added later is forgotten. */
type EachSetting = { readonly [Name in keyof Required<CompanySettings>]: CompanySettings[Name] };

/** The settings of a rehearsal, and those of its sentry where it says nothing. */
export function rehearsalCompanySettings(props: SecurityGroupRehearsalProps): EachSetting {
  const theirs = props.sentry?._rehearsed.props;
  return {
    ...networkOf(props),
    ...keysOf(props),
    logRetention: props.logRetention ?? theirs?.logRetention,
    tracing: props.tracing ?? theirs?.tracing,
    reservedConcurrentExecutions:
      props.reservedConcurrentExecutions ?? theirs?.reservedConcurrentExecutions,
    removalPolicy: props.removalPolicy ?? theirs?.removalPolicy,
    architecture: props.architecture ?? theirs?.architecture,
  };
}

type Network = Pick<EachSetting, 'vpc' | 'vpcSubnets' | 'securityGroups'>;

/** Of one VPC. The group that the sentry has made for its functions serves here as well. */
function networkOf({
  sentry,
  vpc,
  vpcSubnets,
  securityGroups,
}: SecurityGroupRehearsalProps): Network {
  const theirs = vpc || !sentry ? undefined : settingsFor(sentry).network;
  return {
    vpc: vpc ?? theirs?.vpc,
    vpcSubnets: vpcSubnets ?? theirs?.vpcSubnets,
    securityGroups: securityGroups ?? theirs?.securityGroups,
  };
}

type Keys = Pick<EachSetting, 'encryptionKey' | 'logEncryptionKey'>;

/** With a sentry there is a topic already, so that a key can only be for the log. */
function keysOf({ sentry, encryptionKey, logEncryptionKey }: SecurityGroupRehearsalProps): Keys {
  const theirs = sentry?._rehearsed.props;
  if (encryptionKey || logEncryptionKey || !theirs) return { encryptionKey, logEncryptionKey };
  return theirs.logEncryptionKey
    ? { encryptionKey, logEncryptionKey: theirs.logEncryptionKey }
    : { encryptionKey: theirs.encryptionKey, logEncryptionKey };
}
