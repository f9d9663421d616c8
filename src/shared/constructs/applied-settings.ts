import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import type { CompanySettings } from './company-settings';

/** Where the functions of a construct are attached. */
export interface FunctionNetwork {
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets?: ec2.SubnetSelection;
  readonly securityGroups: ec2.ISecurityGroup[];
}

/** The company settings of a construct, checked, as its parts apply them. */
export class AppliedSettings {
  public isKeyUsed = false;

  constructor(
    private readonly settings: CompanySettings = {},
    public readonly network?: FunctionNetwork,
  ) {}

  /** Where it is asked for, something is encrypted with it. */
  public get encryptionKey(): kms.IKey | undefined {
    this.isKeyUsed = true;
    return this.settings.encryptionKey;
  }

  /** Undefined where each resource is kept as it is by itself. */
  public get removalPolicy(): RemovalPolicy | undefined {
    return this.settings.removalPolicy;
  }

  public get logKey(): kms.IKey | undefined {
    return this.settings.logEncryptionKey ?? this.encryptionKey;
  }

  public get logGroupProps(): logs.LogGroupProps {
    const { logRetention = logs.RetentionDays.ONE_YEAR, removalPolicy } = this.settings;
    return { retention: logRetention, encryptionKey: this.logKey, removalPolicy };
  }

  public get functionProps() {
    const { tracing, reservedConcurrentExecutions } = this.settings;
    return { ...this.network, tracing, reservedConcurrentExecutions };
  }
}

const APPLIED = new WeakMap<IConstruct, AppliedSettings>();
const NONE = new AppliedSettings();

/** For all that is made below. */
export function rememberSettings(scope: IConstruct, settings: AppliedSettings): void {
  APPLIED.set(scope, settings);
}

/** Those of the nearest construct that has its own. */
export function settingsFor(scope: IConstruct): AppliedSettings {
  for (let place: IConstruct | undefined = scope; place; place = place.node.scope) {
    const applied = APPLIED.get(place);
    if (applied) return applied;
  }
  return NONE;
}
