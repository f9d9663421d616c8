import { type ComponentChildren, h } from 'preact';
import { Panel } from './panel';
import type { Acceptance, GroupRule } from '../facts';
import { type ShownGroup, timeText, untilText } from '../page-state';

/** The groups and their rules as they are now: what is accepted, by whom, until when. */
export function GroupsPanel({
  groups,
}: {
  readonly groups: readonly ShownGroup[];
}): ComponentChildren {
  return h(
    Panel,
    { name: 'groups', heading: 'Groups' },
    groups.map((group) => h(GroupCard, { key: group.id, group })),
  );
}

function GroupCard({ group }: { readonly group: ShownGroup }): ComponentChildren {
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
      group.rules.map((rule) => h(RuleLine, { key: rule.text, rule })),
      group.gone.map((rule) => h(GoneLine, { key: `gone ${rule.text}`, rule })),
    ),
  );
}

function RuleLine({ rule }: { readonly rule: GroupRule }): ComponentChildren {
  return h(
    'li',
    { class: `rule ${rule.acceptance.kind}` },
    h('span', { class: 'traffic' }, rule.text),
    rule.description ? h('span', { class: 'faint' }, rule.description) : null,
    acceptanceLines(rule.acceptance).map((line) =>
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
): { readonly text: string; readonly title?: string }[] {
  switch (acceptance.kind) {
    case 'suspended':
      return [{ text: 'suspended: people are asked about it' }];
    case 'not-accepted':
      return [{ text: 'not accepted' }];
    case 'accepted':
      return acceptance.grants.map(({ cause, by, since, until }) => ({
        text: `accepted (${cause}) by ${by}, ${untilText(until)}`,
        title: `since ${timeText(since)}`,
      }));
  }
}
