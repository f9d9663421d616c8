import { type ActionPlace, appWithAction } from './action-app';
import {
  ALL_THREE,
  appOf,
  type CostedConstruct,
  type SentrySettings,
  smallestApp,
} from './cost-apps';
import { ASSUMED, COST_PARTS, type CostLine, idleCost, type Rotations, totalOf } from './idle-cost';
import { PRICE_LIST } from './price-list';

export const WRITE_AGAIN = 'npx projen cost';

/** Between these, docs/cost.md is written by a test. */
const BEGIN = (name: string) => `<!-- begin: ${name} -->`;
const END = (name: string) => `<!-- end: ${name} -->`;

export interface CostedApp {
  readonly name: 'smallest' | 'allThree';
  readonly template: object;
}

export function costedApps(): readonly CostedApp[] {
  return [
    { name: 'smallest', template: smallestApp() },
    { name: 'allThree', template: appOf(ALL_THREE) },
  ];
}

/** The page, with what is between its markers written again. */
export function costPage(page: string, apps: readonly CostedApp[]): string {
  const contents: Readonly<Record<string, string>> = {
    today: apps.map((app) => [HEADINGS[app.name], '', partsTable(app)].join('\n')).join('\n\n'),
    options: optionsTable(),
    use: useTable(),
    organization: organizationTable(),
    assumptions: assumptions(),
    prices: priceTable(),
  };
  return Object.entries(contents).reduce(
    (text, [name, content]) => written(text, name, content),
    page,
  );
}

function written(page: string, name: string, content: string): string {
  const [begin, end] = [page.indexOf(BEGIN(name)), page.indexOf(END(name))];
  if (begin < 0 || end < begin) throw new Error(`docs/cost.md has no place for "${name}".`);
  return `${page.slice(0, begin + BEGIN(name).length)}\n\n${content}\n\n${page.slice(end)}`;
}

const HEADINGS = {
  smallest: "### README's smallest app",
  allThree: '### All three constructs',
} as const;

/** The first year, and the third and later: a key's first two rotations raise its price. */
const YEARS: readonly Rotations[] = [0, 2];

function partsTable({ template }: CostedApp): string {
  const years = YEARS.map((rotations) => idleCost(template, PRICE_LIST, rotations));
  const rows = COST_PARTS.map((part) => [
    part,
    `${countOf(years[0]!, part)}`,
    ...years.map((lines) => dollars(dollarsOf(lines, part))),
  ]);
  const sums = ['**sum**', '', ...years.map((lines) => `**${dollars(totalOf(lines))}**`)];
  return table(['part', 'number', 'first year', 'third year and later'], [...rows, sums]);
}

interface Option {
  readonly name: string;
  readonly of: readonly CostedConstruct[];
  readonly without?: SentrySettings;
  readonly with: SentrySettings;
}

/** What each adds to, or takes from, an app that has none of the others. */
const OPTIONS: readonly Option[] = [
  {
    name: 'SecurityGroupSentry asks people, with the workflow there already',
    of: ['SlackApprovalWorkflow', 'SecurityGroupSentry'],
    without: { asking: false },
    with: { asking: true },
  },
  {
    name: 'IamKeySentry with `actions`',
    of: ['IamKeySentry'],
    without: { retiring: false },
    with: { retiring: true },
  },
  {
    name: 'IamKeySentry asks people, with the workflow there already',
    of: ['SlackApprovalWorkflow', 'IamKeySentry'],
    without: { asking: false },
    with: { asking: true },
  },
  {
    name: 'SecurityGroupRehearsal of a SecurityGroupSentry in its stack',
    of: ['SecurityGroupSentry'],
    with: { rehearsal: true },
  },
  {
    name: 'SecurityGroupSentry without `heartbeat`',
    of: ['SecurityGroupSentry'],
    with: { heartbeat: false },
  },
  {
    name: 'SecurityGroupSentry and workflow without `tamperRules`',
    of: ['SlackApprovalWorkflow', 'SecurityGroupSentry'],
    with: { tamperRules: false },
  },
  {
    name: 'one `notificationTopic` of your own for all three',
    of: ALL_THREE,
    with: { topic: true },
  },
  {
    name: 'one `encryptionKey` of your own for all three',
    of: ALL_THREE,
    with: { encryptionKey: true },
  },
  {
    name: 'one SentryHub for both sentries, with forwarded events',
    of: ALL_THREE,
    with: { hub: true },
  },
  {
    name: 'a SentryDashboard, beyond the three that are free',
    of: ['SecurityGroupSentry'],
    with: { dashboard: true },
  },
];

function optionsTable(): string {
  const rows = OPTIONS.map(({ name, of, without = {}, with: settings }) => {
    const [plain, changed] = [without, settings].map((one) => appOf(of, one));
    const [first, third] = YEARS.map((rotations) =>
      signed(
        totalOf(idleCost(changed, PRICE_LIST, rotations)) -
          totalOf(idleCost(plain, PRICE_LIST, rotations)),
      ),
    );
    return [name, first!, third!];
  });
  const alone = (['SecurityGroupSentry', 'IamKeySentry', 'SlackApprovalWorkflow'] as const).map(
    (construct) => {
      const template = appOf([construct], { retiring: false, asking: false });
      const [first, third] = YEARS.map((rotations) =>
        dollars(totalOf(idleCost(template, PRICE_LIST, rotations))),
      );
      return [`${construct}, alone in a stack`, first!, third!];
    },
  );
  return table(
    ['what', 'first year', 'third year and later'],
    [...alone, ...rows, ...actionRows()],
  );
}

/** Beside its workflow, an action has that one's key. */
function actionRows(): string[][] {
  const plain = [appOf(['SlackApprovalWorkflow'])];
  const row = (name: string, place: ActionPlace) => {
    const changed = appWithAction(place);
    const [first, third] = YEARS.map((rotations) =>
      signed(totalOfAll(changed, rotations) - totalOfAll(plain, rotations)),
    );
    return [name, first!, third!];
  };
  return [
    row('an ApprovedAction, in the stack of its workflow', 'beside its workflow'),
    row('an ApprovedAction, in a stack of its own', 'in a stack of its own'),
  ];
}

function totalOfAll(templates: readonly object[], rotations: Rotations): number {
  return sumOf(templates.map((one) => totalOf(idleCost(one, PRICE_LIST, rotations))));
}

/** By use, of 1,000 changes that are reverted, and of a question. */
function useTable(): string {
  const { prices } = PRICE_LIST;
  const invocation = (megabytes: number, seconds: number) =>
    prices.invocation.dollars +
    (megabytes / 1024) * seconds * prices.armGigabyteSecond.dollars +
    ASSUMED.logBytes * prices.logByte.dollars;
  const queued = 3 * prices.queueRequest.dollars;
  const change =
    2 * (queued + invocation(512, 1)) +
    20 * prices.read.dollars +
    10 * prices.write.dollars +
    prices.notification.dollars +
    prices.event.dollars +
    4 * prices.keyRequest.dollars;
  const question =
    12 * (queued + invocation(512, 0.5)) +
    2 * (prices.apiRequest.dollars + invocation(1024, 0.5)) +
    60 * prices.read.dollars +
    40 * prices.write.dollars +
    8 * prices.event.dollars +
    2 * prices.notification.dollars +
    20 * prices.keyRequest.dollars +
    6 * prices.secretRequest.dollars;
  const metricHours = (metrics: number, hours: number) =>
    (metrics * hours * prices.metric.dollars) / 730;
  return table(
    ['what', 'assumed', 'costs'],
    [
      [
        '1,000 changes that are reverted',
        'for each: its event and that of the revert through queue and function, a second each; 20 units read, 10 written; a message, an event',
        dollars(1_000 * change),
      ],
      [
        'an hour in which changes are reverted',
        'seven metrics that are written in it, in however many changes',
        cents(metricHours(7, 1)),
      ],
      [
        '1,000 e-mails',
        'the topic sends each message to each subscriber',
        dollars(1_000 * prices.email.dollars),
      ],
      [
        'a question in Slack that two people answer',
        '12 messages through queues, 2 clicks, 60 units read, 40 written, 8 events; three metrics in two hours',
        cents(question + metricHours(3, 2)),
      ],
    ],
  );
}

/** Of one member with two Regions, a month, as docs/organization.md counts it. */
const MEMBER_DOLLARS = 0.13;
const REGIONS = 2;

/** What a hub costs once, against what sentries in each place would. */
function organizationTable(): string {
  const yearly = (template: object) =>
    YEARS.map((rotations) => totalOf(idleCost(template, PRICE_LIST, rotations)));
  const hub = yearly(appOf(ALL_THREE, { hub: true }));
  const place = yearly(appOf(['SecurityGroupSentry']));
  const keys = yearly(appOf(['IamKeySentry']));
  const row = (name: string, amounts: readonly number[]) => [name, ...amounts.map(dollars)];
  const range = (amounts: readonly number[]) =>
    amounts.map((one) => `$${Math.round(one).toLocaleString('en')}`).join(' to ');
  return [
    table(
      ['what', 'first year', 'third year and later'],
      [
        row('*H*: all three constructs with a hub', hub),
        row('*S*: a SecurityGroupSentry in each account and Region', place),
        row('*K*: an IamKeySentry in each account', keys),
      ],
    ),
    '',
    table(
      ['members, each with two Regions', 'with a hub', 'with sentries in each'],
      [1, 100, 1_000].map((members) => [
        members.toLocaleString('en'),
        range(hub.map((one) => one + MEMBER_DOLLARS * members)),
        range(place.map((one, index) => (one * REGIONS + keys[index]!) * members)),
      ]),
    ),
  ].join('\n');
}

function assumptions(): string {
  return [
    `- A run that finds nothing writes ${ASSUMED.logBytes.toLocaleString('en')} bytes of logs and reads ${ASSUMED.readUnits} units of a table.`,
    '- Seconds of a run: 0.2 of the workflow each minute, 0.5 twice for a heartbeat, 3 of reconcile, 30 of IamKeySentry.',
    `- DynamoDB asks KMS at most ${ASSUMED.keyRequestsAnHour} times an hour for one function that uses a table.`,
  ].join('\n');
}

function priceTable(): string {
  const { date, region, prices } = PRICE_LIST;
  const rows = Object.values(prices).map(({ dollars: one, unit, source }) => [
    unit,
    `$${Number(one.toPrecision(6)).toLocaleString('en', { maximumFractionDigits: 12 })}`,
    `[${new URL(source).pathname.split('/')[1]}](${source})`,
  ]);
  return [`Prices of ${region}, ${date}:`, '', table(['for', 'price', 'page'], rows)].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function countOf(lines: readonly CostLine[], part: string): number {
  return lines.find((line) => line.part === part)!.count;
}

function dollarsOf(lines: readonly CostLine[], part: string): number {
  return lines.find((line) => line.part === part)!.dollars;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

function cents(amount: number): string {
  return `$${amount.toFixed(4)}`;
}

function signed(amount: number): string {
  return `${amount < -0.005 ? '−' : '+'}${dollars(Math.abs(amount))}`;
}
