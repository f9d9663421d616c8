import { type Rehearsal, REHEARSED_VERDICTS, type RehearsedVerdict } from './rehearsal';
import {
  changedRuleText,
  doubtCounts,
  DOUBTFUL_PEERS,
  doubtfulPeerLines,
  doubtText,
  type ListedChange,
  listedChanges,
  MOST_ACTORS,
  recordsText,
  REHEARSAL_LIMITS,
  standingDoubts,
  standingText,
  timeText,
  verdictText,
} from './rehearsal-text';
import { plainText } from '../../../shared/domain/notification/plain-text';
import { roleOrNameOf } from '../changes/actor';
import { ruleText } from '../rules/rule-text';

/** Where a rehearsal was held. */
export interface RehearsalPlace {
  /** The path of the construct. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
}

/**
 * The report as one page for people: whole in itself, without scripts, and with everything in it
 * that callers have chosen as text.
 */
export function rehearsalPage(
  rehearsal: Rehearsal,
  place: RehearsalPlace,
  mostChanges: number,
): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    ...headLines(place),
    '<body>',
    ...openingLines(rehearsal, place),
    ...countLines(rehearsal),
    ...actorLines(rehearsal),
    ...changeLines(rehearsal, mostChanges),
    ...doubtLines(rehearsal),
    ...standingLines(rehearsal),
    '<h2>What a rehearsal cannot know</h2>',
    '<ul>',
    ...REHEARSAL_LIMITS.map((limit) => `<li>${safe(limit)}</li>`),
    '</ul>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function headLines({ name }: RehearsalPlace): string[] {
  return [
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Rehearsal of ${safe(name)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
  ];
}

function openingLines(rehearsal: Rehearsal, { name, account, region }: RehearsalPlace): string[] {
  const { covered, rehearsedAt } = rehearsal;
  return [
    '<h1>What the policies would have done</h1>',
    `<p>To the changes from <b>${timeText(covered.from)}</b> to <b>${timeText(covered.to)}</b> UTC, in account ${safe(account)}, ${safe(region)}, as the rehearsal ${safe(name)} judged them at ${timeText(rehearsedAt)} UTC. Nothing was changed.</p>`,
    ...partLines(rehearsal),
  ];
}

function partLines({ part, rest, asked }: Rehearsal): string[] {
  if (part === 1 && !rest) return [];
  return [
    `<p class="part">This is part ${part} of the time from ${timeText(asked.from)} to ${timeText(asked.to)}.${
      rest
        ? ` What came before, back to ${timeText(rest.from)}, is in the next part: invoke the function with the token that it has returned.`
        : ' It is the last.'
    }</p>`,
  ];
}

function countLines({ counts, notJudged, records }: Rehearsal): string[] {
  return [
    '<p>Rules, by what would have been done about them:</p>',
    '<ul class="counts">',
    ...REHEARSED_VERDICTS.map(
      (verdict) => `<li class="${verdict}"><b>${counts[verdict]}</b> ${verdictText(verdict)}</li>`,
    ),
    `<li><b>${notJudged.length}</b> not judged</li>`,
    '</ul>',
    `<p>${recordsText(records)}</p>`,
  ];
}

const TOLD: readonly RehearsedVerdict[] = ['revert', 'restore', 'ask', 'notify'];

function actorLines({ actors }: Rehearsal): string[] {
  if (actors.length === 0) return [];
  const others = actors.slice(MOST_ACTORS);
  return [
    '<h2>Who would have been affected</h2>',
    '<table><tr><th>Who</th><th>reverted</th><th>restored</th><th>asked about</th><th>reported</th></tr>',
    ...actors
      .slice(0, MOST_ACTORS)
      .map((one) => `<tr><td>${safe(one.actor)}</td>${countCells([one])}</tr>`),
    ...(others.length > 0 ? [`<tr><td>${others.length} more</td>${countCells(others)}</tr>`] : []),
    '</table>',
  ];
}

function countCells(actors: Rehearsal['actors']): string {
  const sumOf = (verdict: RehearsedVerdict) =>
    actors.reduce((sum, { counts }) => sum + counts[verdict], 0);
  return TOLD.map((verdict) => `<td>${sumOf(verdict)}</td>`).join('');
}

function changeLines(rehearsal: Rehearsal, mostChanges: number): string[] {
  const { changes, omitted } = listedChanges(rehearsal, mostChanges);
  const isAllowed = ({ rules }: ListedChange) => rules.every(({ verdict }) => verdict === 'allow');
  const allowed = changes.filter(isAllowed);
  const answered = changes.filter((change) => !isAllowed(change));
  return [
    '<h2>Changes that would not just have been allowed</h2>',
    ...(answered.length > 0 ? changeTable(answered) : ['<p>None.</p>']),
    ...(omitted > 0
      ? [`<p>${omitted} more changes are left out here: the counts above have them.</p>`]
      : []),
    ...(allowed.length > 0
      ? [
          `<details><summary>Changes that would have been allowed: ${allowed.length}</summary>`,
          ...changeTable(allowed),
          '</details>',
        ]
      : []),
  ];
}

function changeTable(changes: readonly ListedChange[]): string[] {
  return [
    '<table><tr><th>When</th><th>Who</th><th>Group</th><th>What</th><th>Verdict</th></tr>',
    ...changes.flatMap(changeRows),
    '</table>',
  ];
}

function changeRows({ time, actor, group, eventId, rules, rulesOmitted }: ListedChange): string[] {
  const span = rules.length + (rulesOmitted > 0 ? 1 : 0);
  const head = `<td rowspan="${span}">${timeText(time)}<br><small>${safe(eventId)}</small></td><td rowspan="${span}">${safe(roleOrNameOf(actor))}</td><td rowspan="${span}">${safe(nameOf(group))}</td>`;
  return [
    ...rules.map(
      (one, index) =>
        `<tr>${index === 0 ? head : ''}<td><code>${safe(changedRuleText(one))}</code>${
          one.rule?.description ? `<br><small>${safe(one.rule.description)}</small>` : ''
        }</td><td class="${one.verdict}">${verdictText(one.verdict)}${
          one.reasons.length > 0 ? `<br><small>${safe(one.reasons.join('; '), 600)}</small>` : ''
        }</td></tr>`,
    ),
    ...(rulesOmitted > 0 ? [`<tr><td colspan="2">and ${rulesOmitted} more rules</td></tr>`] : []),
  ];
}

/** Peer and reason are cut already. */
const LONGEST_PEER_LINE = 700;

function doubtLines({ notJudged, doubtfulPeers }: Rehearsal): string[] {
  if (notJudged.length + doubtfulPeers.length === 0) return [];
  return [
    '<h2>What could not be judged</h2>',
    ...doubtTable(notJudged),
    ...(doubtfulPeers.length > 0
      ? [
          `<p>${DOUBTFUL_PEERS}</p>`,
          '<ul>',
          ...doubtfulPeerLines(doubtfulPeers).map(
            (line) => `<li>${safe(line, LONGEST_PEER_LINE)}</li>`,
          ),
          '</ul>',
        ]
      : []),
  ];
}

function doubtTable(notJudged: Rehearsal['notJudged']): string[] {
  if (notJudged.length === 0) return [];
  return [
    '<table><tr><th>Times</th><th>Why</th><th>Event ids</th></tr>',
    ...doubtCounts(notJudged).map(
      ({ doubt, count, eventIds }) =>
        `<tr><td>${count}</td><td>${safe(doubtText(doubt))}</td><td><small>${eventIds.map((id) => safe(id)).join('<br>')}${count > eventIds.length && eventIds.length > 0 ? '<br>…' : ''}</small></td></tr>`,
    ),
    '</table>',
  ];
}

function standingLines(rehearsal: Rehearsal): string[] {
  const { standing, groups } = rehearsal;
  return [
    '<h2>What stands today</h2>',
    `<p>Monitored groups: ${groups}. It would be reported when the groups are adopted, and not reverted, unless <code>existingViolations</code> says otherwise.</p>`,
    '<table><tr><th>Policy</th><th>Response</th><th>Today</th><th>Such as</th></tr>',
    ...standing.map(
      (one) =>
        `<tr><td>${safe(one.policy)}</td><td>${safe(one.response)}</td><td>${safe(standingText(one))}</td><td>${one.examples
          .map(({ group, rule }) => `${safe(nameOf(group))}: <code>${safe(ruleText(rule))}</code>`)
          .join('<br>')}</td></tr>`,
    ),
    '</table>',
    ...standingDoubts(rehearsal).map((text) => `<p>${text}</p>`),
  ];
}

function nameOf({ id, name }: { readonly id: string; readonly name?: string }): string {
  return name ? `${name} (${id})` : id;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that stays text, no matter who has chosen it. */
function safe(text: string, maxLength?: number): string {
  return plainText(text, maxLength).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

const STYLE = [
  'body{font:15px/1.45 system-ui,sans-serif;color:#1c2430;max-width:72rem;margin:2rem auto;padding:0 1rem}',
  'h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}',
  'table{border-collapse:collapse;width:100%}',
  'th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #d5dae1;overflow-wrap:anywhere}',
  'th{font-weight:600;background:#f3f5f8}small{color:#566070}code{font-size:.92em}',
  '.counts{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.6rem}',
  '.counts li{border:1px solid #d5dae1;border-left-width:.35rem;border-radius:.3rem;padding:.4rem .8rem}',
  '.counts b{font-size:1.25rem}',
  '.part{background:#fff6dd;border:1px solid #e8cf87;padding:.5rem .8rem;border-radius:.3rem}',
  'li.revert,td.revert{border-left:.35rem solid #c0392b}',
  'li.restore,td.restore{border-left:.35rem solid #c2701c}',
  'li.ask,td.ask{border-left:.35rem solid #2f6fb3}',
  'li.notify,td.notify{border-left:.35rem solid #8a7a2a}',
  'li.allow,td.allow{border-left:.35rem solid #3b8a4f}',
  'details{margin:1rem 0}summary{cursor:pointer}',
].join('');
