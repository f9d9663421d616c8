import { type ComponentChildren, h } from 'preact';
import { Panel } from './panel';
import type { Acceptance, GroupRule } from '../facts';
import { nameOf, type ShownGroup, timeText, untilText } from '../page-state';

type Names = Readonly<Record<string, string>>;

export interface GroupsPanelProps {
  readonly groups: readonly ShownGroup[];
  /** Of people in Slack, by id. */
  readonly names?: Names;
}

/** The groups and their rules as they are now: what is accepted, by whom, until when. */
export function GroupsPanel({ groups, names = {} }: GroupsPanelProps): ComponentChildren {
  return h(
    Panel,
    { name: 'groups', heading: 'Groups' },
    groups.map((group) => h(GroupCard, { key: group.id, group, names })),
  );
}

function GroupCard({
  group,
  names,
}: {
  readonly group: ShownGroup;
  readonly names: Names;
}): ComponentChildren {
  return h(
    'article',
    { class: 'group' },
    h(
      'h3',
      null,
      h('span', { class: 'id' }, group.id),
      h(
        'span',
        { class: group.isMonitored ? 'mark good' : 'mark' },
        group.isMonitored ? 'monitored' : 'not monitored',
      ),
    ),
    h('p', { class: 'faint name' }, group.place ? `${group.name}, in ${group.place}` : group.name),
    h('p', { class: 'faint' }, group.description),
    h(
      'ul',
      { class: 'rules' },
      group.rules.map((rule) => h(RuleLine, { key: rule.text, rule, names })),
      group.gone.map((rule) => h(GoneLine, { key: `gone ${rule.text}`, rule })),
    ),
  );
}

function RuleLine({
  rule,
  names,
}: {
  readonly rule: GroupRule;
  readonly names: Names;
}): ComponentChildren {
  return h(
    'li',
    { class: `rule ${rule.acceptance.kind}` },
    h('span', { class: 'traffic' }, rule.text),
    rule.description ? h('span', { class: 'faint' }, rule.description) : null,
    acceptanceLines(rule.acceptance, names).map((line) =>
      h('span', { class: 'acceptance', title: line.title }, line.text),
    ),
  );
}

function GoneLine({ rule }: { readonly rule: GroupRule }): ComponentChildren {
  return h(
    'li',
    { class: 'rule gone' },
    h('span', { class: 'traffic' }, h('s', null, rule.text)),
    h('span', { class: 'acceptance' }, 'gone'),
  );
}

function acceptanceLines(
  acceptance: Acceptance,
  names: Names,
): { readonly text: string; readonly title?: string }[] {
  switch (acceptance.kind) {
    case 'undecided': {
      const { until } = acceptance;
      const end = until === undefined ? '' : `, ${untilText(until)}`;
      return [{ text: `waits for a decision in Slack${end}` }];
    }
    case 'suspended':
      return [{ text: 'suspended: people are asked about it' }];
    case 'not-accepted':
      return [{ text: 'not accepted' }];
    case 'accepted':
      return acceptance.grants.map(({ cause, by, since, until }) => ({
        text: `accepted (${cause}) by ${named(by, names)}, ${untilText(until)}`,
        title: `since ${timeText(since)}`,
      }));
  }
}

const ARN_BEFORE_NAME = /^arn:(?:[^:]*:){4}/;

/** People who have approved are known by their ids, others by their ARNs. */
function named(by: string, names: Names): string {
  return by
    .split(', ')
    .map((id) => nameOf(id, names).replace(ARN_BEFORE_NAME, ''))
    .join(', ');
}
