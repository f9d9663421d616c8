import {
  DescribeRegionsCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListTargetsByRuleCommand,
} from '@aws-sdk/client-eventbridge';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import * as z from 'zod/mini';
import { type RuleAsMade, stateOfRule } from './member-rule';
import type { MemberSessions } from './member-sessions';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { changePattern, tamperPattern } from '../contracts/forwarded-events';
import { memberName } from '../contracts/member-names';
import { MEMBER_TAGS, versionInDescription } from '../contracts/member-template-version';
import type { MemberTags, MemberView, PlaceView, Refusal } from '../domain/gaps/look-at-member';
import type { Place } from '../domain/place';
import { MemberRefusedError, refusedBy } from '../domain/refusal';

export interface AwsMemberViewProps {
  readonly sessions: MemberSessions;
  readonly partition: string;
  readonly hubName: string;
  readonly hubBusArn: string;
  readonly hubRegion: string;
}

const FEWEST_GROUPS = 5;

const regionsSchema = z.array(z.object({ RegionName: z.string() }));
const tagsSchema = z.array(z.object({ Key: z.string(), Value: z.string() }));

/** Looks at members with their read roles. */
export class AwsMemberView implements MemberView {
  constructor(private readonly props: AwsMemberViewProps) {}

  async tags(accountId: string): Promise<MemberTags | Refusal> {
    return this.orRefusal(accountId, async () => {
      const iam = new IAMClient(await this.settings({ accountId, region: this.props.hubRegion }));
      const { Role } = await iam.send(
        new GetRoleCommand({ RoleName: memberName(this.props.hubName, 'readRole') }),
      );
      const tags = tagsSchema.parse(Role?.Tags ?? []);
      const rights = tags.find(({ Key }) => Key === MEMBER_TAGS.rights)?.Value;
      return rights === undefined ? {} : { rights };
    });
  }

  async enabledRegions(accountId: string): Promise<readonly string[] | Refusal> {
    return this.orRefusal(accountId, async () => {
      const ec2 = new EC2Client(await this.settings({ accountId, region: this.props.hubRegion }));
      const { Regions } = await ec2.send(new DescribeRegionsCommand({}));
      return regionsSchema.parse(Regions ?? []).map(({ RegionName }) => RegionName);
    });
  }

  async lookAt(place: Place): Promise<PlaceView | Refusal> {
    return this.orRefusal(place.accountId, async () => {
      const settings = await this.settings(place);
      const [rules, groups] = await Promise.all([
        this.rules(place.accountId, new EventBridgeClient(settings)),
        new EC2Client(settings).send(
          new DescribeSecurityGroupsCommand({ MaxResults: FEWEST_GROUPS }),
        ),
      ]);
      return { ...rules, hasGroups: (groups.SecurityGroups ?? []).length > 0 };
    });
  }

  /** One tells of changes, and the other of who tampers with the first. */
  private async rules(
    accountId: string,
    client: EventBridgeClient,
  ): Promise<Omit<PlaceView, 'hasGroups'>> {
    const [changes, tampering] = await Promise.all([
      this.rule(this.changeRule(accountId), client),
      this.rule(this.tamperRule(accountId), client),
    ]);
    const version = versionInDescription(changes.description);
    return {
      ...(version !== undefined && { templateVersion: version }),
      rule: changes.state === 'as-made' ? tampering.state : changes.state,
    };
  }

  private async rule(expected: RuleAsMade, client: EventBridgeClient) {
    try {
      const [rule, { Targets: targets = [] }] = await Promise.all([
        client.send(new DescribeRuleCommand({ Name: expected.name })),
        client.send(new ListTargetsByRuleCommand({ Rule: expected.name })),
      ]);
      const { Description: description = '' } = rule;
      return { description, state: stateOfRule({ rule, targets }, expected) };
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') {
        return { description: '', state: 'missing' as const };
      }
      throw error;
    }
  }

  private changeRule(accountId: string): RuleAsMade {
    return {
      name: memberName(this.props.hubName, 'changeRule'),
      pattern: changePattern(this.roleArn(accountId, 'readRole')),
      target: this.target(accountId),
    };
  }

  private tamperRule(accountId: string): RuleAsMade {
    const { hubName } = this.props;
    return {
      name: memberName(hubName, 'tamperRule'),
      pattern: tamperPattern(`${hubName}-`, `/${memberName(hubName, 'undeliveredQueue')}`),
      target: this.target(accountId),
    };
  }

  private target(accountId: string): RuleAsMade['target'] {
    return { arn: this.props.hubBusArn, roleArn: this.roleArn(accountId, 'forwardRole') };
  }

  private roleArn(accountId: string, role: 'readRole' | 'forwardRole'): string {
    const { partition, hubName } = this.props;
    return `arn:${partition}:iam::${accountId}:role/${memberName(hubName, role)}`;
  }

  /** What is no refusal is thrown: it says nothing of the member. */
  private async orRefusal<Answer>(
    accountId: string,
    look: () => Promise<Answer>,
  ): Promise<Answer | Refusal> {
    try {
      return await this.props.sessions.reading(accountId, look);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const by = error instanceof MemberRefusedError ? error.by : refusedBy(error);
      if (!by) throw error;
      return { refusedBy: by, reason: error.message };
    }
  }

  private async settings({ accountId, region }: Place) {
    const credentials = await this.props.sessions.read(accountId);
    return { ...CLIENT_SETTINGS, region, credentials };
  }
}
