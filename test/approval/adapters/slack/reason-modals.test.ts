import { faultsOfView } from '../../../../sandbox/slack/block-limits';
import type { Click } from '../../../../src/approval/adapters/slack/interaction-payload';
import { ReasonModals } from '../../../../src/approval/adapters/slack/reason-modals';
import { MessengerRefusedError } from '../../../../src/approval/domain/messenger';

const CLICK: Click = {
  kind: 'click',
  userId: 'U1',
  userTeamId: 'T1',
  teamId: 'T1',
  appId: 'A1',
  channelId: 'C1',
  messageTs: '1.2',
  value: 'v',
  triggerId: '1.2.abc',
  headline: 'Open port 22?',
};

/** Slack, which does with each modal as it is told. */
class SlackInMemory {
  readonly opened: { readonly triggerId: string; readonly view: object }[] = [];

  constructor(private readonly answer: () => Promise<void> = async () => undefined) {}

  async openView(triggerId: string, view: object): Promise<void> {
    this.opened.push({ triggerId, view });
    return this.answer();
  }
}

const SOON = 10_000;
const CLICKED_AT = new Date('2026-11-21T06:00:00Z');

test.each([
  ['optional', true],
  ['required', false],
] as const)(
  'a reason that is %s is asked for by the trigger of the click',
  async (rule, optional) => {
    const slack = new SlackInMemory();
    await new ReasonModals(slack, rule).open(CLICK, CLICKED_AT, SOON);
    const [{ triggerId, view } = { triggerId: '', view: {} }] = slack.opened;
    expect(triggerId).toBe('1.2.abc');
    expect(faultsOfView(view)).toEqual([]);
    expect(view).toMatchObject({
      private_metadata:
        '{"value":"v","channelId":"C1","messageTs":"1.2","userId":"U1","clickedAt":"2026-11-21T06:00:00.000Z"}',
      blocks: [
        { type: 'header', text: { text: 'Open port 22?' } },
        { type: 'section' },
        { type: 'input', optional },
      ],
    });
  },
);

test.each([
  ['none', undefined],
  ['empty', ''],
  ['far too long, with what cannot be shown', `\u202e${'<&>'.repeat(1_000)}`],
])('a modal is one for Slack where the first words of the message are %s', async (_, headline) => {
  const slack = new SlackInMemory();
  await new ReasonModals(slack, 'required').open({ ...CLICK, headline }, CLICKED_AT, SOON);
  expect(faultsOfView(slack.opened[0]?.view)).toEqual([]);
  expect(JSON.stringify(slack.opened)).not.toContain('\u202e');
});

test('a click that comes a second time has its modal already', async () => {
  const refused = async () => {
    throw new MessengerRefusedError('exchanged_trigger_id', 'It was used before.');
  };
  await expect(
    new ReasonModals(new SlackInMemory(refused), 'required').open(CLICK, CLICKED_AT, SOON),
  ).resolves.toBeUndefined();
});

test.each<[string, Click, () => Promise<void>, string]>([
  [
    'the trigger is too old',
    CLICK,
    async () => {
      throw new MessengerRefusedError('expired_trigger_id', 'It is too old.');
    },
    'It is too old.',
  ],
  [
    'the bot token cannot be read',
    CLICK,
    async () => {
      throw new Error('The secret holds no text.');
    },
    'The secret holds no text.',
  ],
  ['Slack does not answer', CLICK, async () => new Promise(() => undefined), 'within 20 ms'],
  [
    'the click has no trigger',
    { ...CLICK, triggerId: undefined },
    async () => undefined,
    'nothing that opens a modal',
  ],
])('no modal is open where %s', async (_, click, answer, reason) => {
  const modals = new ReasonModals(new SlackInMemory(answer), 'required');
  await expect(modals.open(click, CLICKED_AT, 20)).rejects.toThrow(reason);
});
