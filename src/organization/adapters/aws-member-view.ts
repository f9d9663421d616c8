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
import type { MemberSessions } from './member-sessions';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { changePattern } from '../contracts/forwarded-events';
import { memberName } from '../contracts/member-names';
import {
  MEMBER_TAGS,
  MEMBER_TEMPLATE_VERSION,
  versionInDescription,
} from '../contracts/member-template-version';
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
      const [rule, groups] = await Promise.all([
        this.rule(place.accountId, new EventBridgeClient(settings)),
        new EC2Client(settings).send(
          new DescribeSecurityGroupsCommand({ MaxResults: FEWEST_GROUPS }),
        ),
      ]);
      return { ...rule, hasGroups: (groups.SecurityGroups ?? []).length > 0 };
    });
  }

  private async rule(
    accountId: string,
    client: EventBridgeClient,
  ): Promise<Omit<PlaceView, 'hasGroups'>> {
    const name = memberName(this.props.hubName, 'changeRule');
    try {
      const rule = await client.send(new DescribeRuleCommand({ Name: name }));
      const templateVersion = versionInDescription(rule.Description ?? '');
      const version = templateVersion === undefined ? {} : { templateVersion };
      if (rule.State !== 'ENABLED') return { ...version, rule: 'disabled' };
      const isAsMade =
        (await this.leadsToHub(name, client)) &&
        (templateVersion !== MEMBER_TEMPLATE_VERSION ||
          isSameJson(rule.EventPattern, this.pattern(accountId)));
      return { ...version, rule: isAsMade ? 'as-made' : 'changed' };
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') {
        return { rule: 'missing' };
      }
      throw error;
    }
  }

  /** A rule has five targets at the most: they come in one page. */
  private async leadsToHub(rule: string, client: EventBridgeClient): Promise<boolean> {
    const { Targets } = await client.send(new ListTargetsByRuleCommand({ Rule: rule }));
    return (Targets ?? []).some(({ Arn }) => Arn === this.props.hubBusArn);
  }

  private pattern(accountId: string): unknown {
    const { partition, hubName } = this.props;
    return changePattern(
      `arn:${partition}:iam::${accountId}:role/${memberName(hubName, 'readRole')}`,
    );
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

function isSameJson(text: string | undefined, expected: unknown): boolean {
  return canonical(parsed(text)) === canonical(expected);
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** AWS may answer with the fields in another order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
