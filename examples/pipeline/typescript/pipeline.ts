import { type Environment, Stack, type StackProps, Stage } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as pipelines from 'aws-cdk-lib/pipelines';
import {
  ChangeResponse,
  MemberAccounts,
  MemberRegions,
  MemberStackSets,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SentryHub,
  SentryMember,
  SentryMemberRegion,
  TrafficPattern,
} from 'cdk-sentries';
import type { Construct } from 'constructs';

/** What the stages say of the organization. */
export interface Organization {
  readonly id: string;
  /** Of the hub. */
  readonly security: Required<Environment>;
  /** Of the StackSets and of the pipeline. */
  readonly deployment: Required<Environment>;
  readonly managementAccount: string;
  /** Their accounts become members. Neither of the accounts above is in one of them. */
  readonly units: string[];
  /** The first is where the roles of members are made. */
  readonly regions: string[];
}

export interface SentryPipelineProps extends StackProps {
  readonly organization: Organization;
  /** Of the repository that has this app at its top; made in the pipeline's stack. */
  readonly source: (scope: Construct) => pipelines.CodePipelineSource;
}

/** Deploys itself, then the hub, and then the members. */
export class SentryPipeline extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { organization, source, ...props }: SentryPipelineProps,
  ) {
    super(scope, id, props);
    const pipeline = new pipelines.CodePipeline(this, 'Pipeline', {
      pipelineType: codepipeline.PipelineType.V2,
      // Other accounts cannot read what is encrypted with a key of AWS.
      crossAccountKeys: true,
      enableKeyRotation: true,
      // A hub brings a dozen functions: one project publishes the code of all.
      publishAssetsInParallel: false,
      codeBuildDefaults: {
        partialBuildSpec: codebuild.BuildSpec.fromObject({
          phases: { install: { 'runtime-versions': { nodejs: '22' } } },
        }),
      },
      synth: new pipelines.ShellStep('Synth', {
        input: source(this),
        commands: ['npm ci', 'npx cdk synth'],
      }),
    });
    const hub = new HubStage(this, 'Hub', organization);
    pipeline.addStage(hub);
    // After it: a hub takes the templates of members of earlier versions, and not of later ones.
    pipeline.addStage(new MembersStage(this, 'Members', { organization, hub: hub.hub }));
  }
}

class HubStage extends Stage {
  public readonly hub: SentryHub;

  constructor(scope: Construct, id: string, organization: Organization) {
    super(scope, id);
    const { security, deployment, regions } = organization;
    const stack = new Stack(this, 'OrganizationHub', {
      stackName: 'OrganizationHub',
      env: security,
    });
    this.hub = new SentryHub(stack, 'Hub', {
      organizationId: organization.id,
      // With the management account, which is in no unit. The others would be named as not covered.
      accounts: MemberAccounts.organization({ excluding: [security.account, deployment.account] }),
      regions: MemberRegions.of(regions),
    });
    new SecurityGroupSentry(stack, 'GroupSentry', {
      hub: this.hub,
      monitoredGroups: MonitoredGroups.all(),
      policies: [
        {
          baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.HIGH_RISK)]),
          response: ChangeResponse.revert(),
        },
      ],
    });
  }
}

class MembersStage extends Stage {
  constructor(
    scope: Construct,
    id: string,
    { organization, hub }: { readonly organization: Organization; readonly hub: SentryHub },
  ) {
    super(scope, id);
    const { deployment, managementAccount, units, regions } = organization;
    const [firstRegion, ...otherRegions] = regions;
    const members = new Stack(this, 'OrganizationMembers', {
      stackName: 'OrganizationMembers',
      env: deployment,
    });
    new MemberStackSets(members, 'Members', {
      hub,
      targets: [{ units }],
      regions,
      delegatedAdministrator: true,
    });

    // StackSets leave the management account out.
    const management = this.managementStack(managementAccount, firstRegion!);
    new SentryMember(management, 'Member', { hub });
    for (const region of otherRegions) {
      const further = this.managementStack(managementAccount, region);
      new SentryMemberRegion(further, 'Member', { hub });
      further.addDependency(management);
    }
  }

  private managementStack(account: string, region: string): Stack {
    return new Stack(this, `Management-${region}`, {
      stackName: 'OrganizationManagementMember',
      env: { account, region },
    });
  }
}
