import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { FactLog } from '../../sandbox/page/fact-log';
import type { Act, SlackShown } from '../../sandbox/page/facts';
import { PageServer } from '../../sandbox/page/page-server';
import { describeInBrowser, launchChromium } from '../support/browser/chromium';
import { PlayedScene } from '../support/sandbox/played-scene';

/** Where pictures are put: to be looked at, and for the docs. Without it, none is kept. */
const PICTURES = process.env.PAGE_PICTURES;
const SIZE = { width: 1280, height: 800 };
/** A scene is deployed first, on a machine that may be busy. */
const READY_MS = 120_000;
const SOON_MS = 30_000;

describeInBrowser('the page of the sandbox', () => {
  let browser: Browser;
  const faults: string[] = [];
  const scenes: PlayedScene[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => browser.close());
  afterEach(async () => {
    await Promise.all(scenes.splice(0).map(async (scene) => scene.end()));
    expect(faults.splice(0)).toEqual([]);
  });

  async function played(...parameters: string[]): Promise<PlayedScene> {
    const scene = await PlayedScene.start(...parameters);
    scenes.push(scene);
    return scene;
  }

  async function opened(url: string): Promise<Page> {
    const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' });
    page.setDefaultTimeout(SOON_MS);
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) {
        faults.push(`asks for ${request.url()}`);
      }
    });
    await page.goto(url);
    return page;
  }

  test('SSH is opened by a click, and is seen to go', async () => {
    const scene = await played();
    const page = await opened(scene.url);
    await page.getByRole('button', { name: 'Open SSH to the world' }).click({ timeout: READY_MS });
    const timeline = page.getByRole('log', { name: 'Timeline' });
    const call = timeline.getByText('AuthorizeSecurityGroupIngress: tcp 22 from 0.0.0.0/0');
    await call.nth(1).waitFor();
    // The scene has opened it once before by itself.
    await timeline.getByText('RevokeSecurityGroupIngress: the rule is gone').nth(1).waitFor();
    await idle(page);
    await page.getByRole('region', { name: 'Groups' }).getByText('tcp 443 from').waitFor();
    expect(await standingRules(page)).toEqual([
      'all traffic to 0.0.0.0/0',
      'tcp 443 from 0.0.0.0/0',
    ]);
    await expectPictures(page, 'locked-group');

    await move(page, 'Kill the function');
    await timeline.getByText('the one that was killed could still be at work').waitFor();

    await move(page, 'Remove a rule');
    await standingRule(page, 'tcp 443').waitFor({ state: 'detached' });
    await move(page, 'Widen a rule');
    await timeline.getByText('a deployment by the CDK puts the rule of the app back').waitFor();
    await timeline
      .getByText('restore: tcp 443 from 0.0.0.0/0, in place of tcp 0-65535 from 0.0.0.0/0')
      .waitFor();

    const late = await opened(scene.url);
    await late.getByRole('log', { name: 'Timeline' }).getByText('call').nth(2).waitFor();
    expect(await late.getByRole('log', { name: 'Timeline' }).innerText()).toBe(
      await timeline.innerText(),
    );

    await scene.end();
    await page.getByText('not connected').waitFor();
    faults.length = 0;
    await Promise.all([page.close(), late.close()]);
  });

  test('people are asked, an outsider is refused, and two approve', async () => {
    const scene = await played('approval');
    const page = await opened(scene.url);
    await page.getByRole('button', { name: 'Open SSH to the world' }).click({ timeout: READY_MS });
    await slackOf(page).getByText('0 of 2 approvals').waitFor();
    await idle(page);
    expect(await standingRules(page)).not.toContain('tcp 22 from 0.0.0.0/0');

    await approve(page, 'U0MALLORY');
    await slackOf(page).getByText('Only visible to you').waitFor();
    expect(await slackOf(page).innerText()).toContain('you are not one of the approvers');
    expect(await slackOf(page).innerText()).toContain('0 of 2 approvals');

    await approve(page, 'U0ALICE');
    await slackOf(page).getByText('1 of 2 approvals').waitFor();
    expect(await slackOf(page).innerText()).not.toContain('Only visible to you');
    await expectPictures(page, 'approval');

    await clickAs(page, 'U0BOB', { button: 'Approve for 1 h', answer: 'Approve' });
    await slackOf(page).getByText('Carried out').first().waitFor();
    const rule = page.getByRole('listitem').filter({ hasText: 'accepted (approval-request)' });
    expect(await rule.innerText()).toContain('tcp 22 from 0.0.0.0/0');
    expect(await rule.innerText()).toContain('by alice, bob, until');

    await move(page, '55 minutes pass');
    await slackOf(page).getByText('It ends at').waitFor();
    await clickAs(page, 'U0ALICE', { button: '1 h more', answer: '1 h more' });
    await clickAs(page, 'U0BOB', { button: '1 h more', answer: '1 h more' });
    await slackOf(page).getByText('It is given more time').waitFor();

    await move(page, 'Open a database inside');
    await standingRule(page, 'tcp 5432').getByText('waits for a decision in Slack').waitFor();
    await clickAs(page, 'U0BOB', { button: 'Deny' });
    const form = page.getByRole('dialog', { name: 'Deny this request' });
    await form.getByLabel('Why do you deny it?').fill('Use the bastion host');
    await form.getByRole('button', { name: 'Deny' }).click();
    await slackOf(page).getByText('Reason: Use the bastion host').waitFor();
    const timeline = page.getByRole('log', { name: 'Timeline' });
    await timeline.getByText('RevokeSecurityGroupIngress: the rule is gone').nth(1).waitFor();
    await timeline.getByText('Denied by @bob').waitFor();
    await idle(page);

    // The same again is reverted, and the page says why no one hears of it in Slack.
    await move(page, 'Open a database inside');
    await timeline
      .getByText('no one is asked in Slack: the same was denied a short while before')
      .waitFor();
    await standingRule(page, 'tcp 5432').waitFor({ state: 'detached' });

    await move(page, 'Have a snapshot deleted');
    await approve(page, 'U0ALICE');
    await approve(page, 'U0BOB');
    await slackOf(page).getByText('The snapshot is deleted.').waitFor();
    await timeline.getByText('DeleteSnapshot: snap-').waitFor();

    await page.close();
  });

  test('an old key is found, and its owner hears of it in Slack', async () => {
    const scene = await played('keys');
    const page = await opened(scene.url);
    await page.getByRole('button', { name: 'Find an old key' }).click({ timeout: READY_MS });
    const keys = page.getByRole('region', { name: 'Access keys by age' });
    await keys.getByText('robot-1', { exact: true }).waitFor();
    await idle(page);
    await move(page, 'A day passes');
    await move(page, 'A day passes');
    await page.getByRole('button', { name: 'direct messages' }).click();
    await slackOf(page).getByText('of robot-1 in account').waitFor();
    await page.getByRole('log', { name: 'Timeline' }).getByText('it is Monday').nth(1).waitFor();
    await keys.getByText('132 days old').waitFor();
    if (PICTURES) await expectPictures(page, 'keys');
    await page.close();
  });

  test('a member is blinded and covered again, and people see the channels that they are in', async () => {
    const scene = await played('organization');
    const page = await opened(scene.url);
    // No event of it comes to the hub: the rule in lab is disabled.
    const open = page.getByRole('button', { name: 'Open SSH in lab' });
    await open.click({ timeout: READY_MS });
    await idle(page);
    await move(page, 'Put the rule back');
    // What the scene itself has done first: mallory has forged an event, and people have decided.
    const timeline = page.getByRole('log', { name: 'Timeline' });
    await timeline.getByText('PutEvents: an event of aws.ec2').waitFor();
    await timeline.getByText('restore, as decided: tcp 3389').waitFor();
    const coverage = page.getByRole('region', { name: 'Coverage' });
    await coverage.getByText('3 of 6 places covered').waitFor();
    await move(page, 'The hub looks');
    await coverage.getByText('4 of 6 places covered').waitFor();

    // As the button says: what is met for the first time is noted, and answered an hour later.
    await move(page, 'An hour passes');
    await standingRule(page, 'tcp 22').getByText('not accepted').waitFor();
    await page.getByText('it only notes, as its event may be under way').waitFor();
    await move(page, 'An hour passes');
    await standingRule(page, 'tcp 22').waitFor({ state: 'detached' });

    // Petra reads the channel of trials, too: people of production wait for a decision.
    expect(await channelsOf(page)).toEqual(['# production (open)', '# trials 3 new']);
    await slackOf(page).getByText('0 of 3 approvals').waitFor();
    expect(await isCut(page.getByLabel('You are'))).toBe(false);
    await page.getByLabel('You are').selectOption('U0TESS');
    expect(await channelsOf(page)).toEqual(['# trials (open)']);
    if (PICTURES) await expectPictures(page, 'organization');
    await page.close();
  });

  test('a page that no one sees has no connection, and is told later what it missed', async () => {
    const log = new FactLog();
    const server = await PageServer.start(log, () => undefined);
    log.add({ kind: 'scene', title: 'First', about: '', moves: [], people: [] });
    const page = await opened(server.url);
    await page.getByText('First').waitFor();
    await showPage(page, false);
    await page.getByRole('status').getByText('paused').waitFor();
    expect(await page.title()).toBe('Paused: cdk-sentries sandbox');
    log.add({ kind: 'scene', title: 'Second', about: '', moves: [], people: [] });
    expect(await page.getByText('First').count()).toBe(1);
    await showPage(page, true);
    await page.getByText('Second').waitFor();
    await page.getByRole('status').getByText('connected', { exact: true }).waitFor();
    expect(await page.title()).toBe('cdk-sentries sandbox');
    await page.close();
    await server.stop();
  });

  test('more tabs can be open than a browser opens connections, as long as one is seen', async () => {
    const log = new FactLog();
    const server = await PageServer.start(log, () => undefined);
    log.add({ kind: 'scene', title: 'Many tabs', about: '', moves: [], people: [] });
    // Tabs of one browser share their connections.
    const context = await browser.newContext();
    for (let count = 0; count < 7; count += 1) {
      const page = await context.newPage();
      await page.goto(server.url, { timeout: SOON_MS });
      await page.getByText('Many tabs').waitFor({ timeout: SOON_MS });
      await showPage(page, false);
    }
    await context.close();
    await server.stop();
  });

  test('all of it can be reached by the keyboard, and the focus comes back from a dialog', async () => {
    const log = new FactLog();
    const acts: Act[] = [];
    const server = await PageServer.start(log, (act) => {
      acts.push(act);
      return undefined;
    });
    const people = [{ id: 'U1', name: 'alice', role: 'may decide' }];
    const moves = [{ id: 'open', label: 'Open a port', hint: 'A port is opened.' }];
    log.add({ kind: 'scene', title: 'Keys alone', about: 'A question.', moves, people });
    log.add(QUESTION);
    const page = await opened(server.url);
    await slackOf(page).getByText('May it be?').waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Open a port');
    await page.getByText('A port is opened.').waitFor();
    await slackOf(page).getByRole('button', { name: 'Approve' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Slack asks first' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // It comes back once the dialog is gone.
    await page.locator('button:focus', { hasText: 'Approve' }).waitFor();
    expect(acts).toEqual([]);
    await page.close();
    await server.stop();
  });

  test('what others have written is shown as it is written', async () => {
    const hostile = '<img src=x onerror="document.title=\'broken\'"><script>alert(1)</script>';
    const log = new FactLog();
    const server = await PageServer.start(log, () => undefined);
    const people = [{ id: 'U1', name: hostile, role: hostile }];
    log.add({ kind: 'scene', title: hostile, about: hostile, moves: [], people });
    log.add({ kind: 'happened', at: 1, what: 'call', text: hostile, by: hostile, from: hostile });
    log.add({ kind: 'delivered', at: 1, subject: hostile, text: hostile });
    log.add({ kind: 'groups', groups: [hostileGroup(hostile)] });
    log.add({
      kind: 'slack',
      channels: [{ id: 'C1', name: hostile, isDirect: false, members: ['U1'] }],
      messages: [{ channel: 'C1', ts: '1', at: 1, text: hostile, blocks: [] }],
      modals: [],
      names: {},
    });
    const page = await opened(server.url);
    await page.getByText('The group').waitFor();
    const shown = await page.locator('body').innerText();
    expect(shown.split(hostile).length - 1).toBeGreaterThanOrEqual(8);
    expect(await page.title()).toBe('cdk-sentries sandbox');
    expect(await page.locator('img, #page script').count()).toBe(0);
    await page.close();
    await server.stop();
  });

  test('a form stays until Slack closes it, and says why it was not sent', async () => {
    const log = new FactLog();
    const acts: Act[] = [];
    let refusal: string | undefined = 'Something goes on already.';
    const server = await PageServer.start(log, (act) => {
      acts.push(act);
      return refusal;
    });
    const people = [{ id: 'U1', name: 'alice', role: 'may decide' }];
    log.add({ kind: 'scene', title: 'Forms', about: 'A form.', moves: [], people });
    log.add(slackWith([REASON_FORM]));
    const page = await opened(server.url);
    const form = page.getByRole('dialog', { name: 'Deny it' });
    await form.getByLabel('Reason').fill('not today');
    for (const expected of [1, 2, 3]) {
      const asked = page.waitForResponse((response) => response.url().endsWith('/acts'));
      await page.keyboard.press('Escape');
      await asked;
      expect(acts).toHaveLength(expected);
      await form.waitFor();
    }
    await form.getByRole('button', { name: 'Deny' }).click();
    await form.getByRole('alert').getByText('Something goes on already.').waitFor();
    expect(await form.getByLabel('Reason').inputValue()).toBe('not today');
    expect(faults.splice(0).every((fault) => fault.includes('409'))).toBe(true);

    refusal = undefined;
    await form.getByRole('button', { name: 'Deny' }).click();
    await form.getByRole('alert').waitFor({ state: 'detached' });
    expect(acts.at(-1)).toMatchObject({ kind: 'submit', written: { reason: 'not today' } });
    log.add(slackWith([]));
    await form.waitFor({ state: 'detached' });
    await page.close();
    await server.stop();
  });

  test('a direct message takes away no question that someone reads', async () => {
    const log = new FactLog();
    const server = await PageServer.start(log, () => undefined);
    const people = [{ id: 'U1', name: 'alice', role: 'may decide' }];
    log.add({ kind: 'scene', title: 'Slack', about: 'Two messages.', moves: [], people });
    const message = (channel: string, text: string) => ({
      channel,
      ts: text,
      at: 1,
      text,
      blocks: [],
    });
    log.add({
      ...slackWith([]),
      channels: [
        { id: 'C1', name: 'approvals', isDirect: false, members: ['U1'] },
        { id: 'D1', name: 'alice', isDirect: true, members: ['U1'] },
      ],
      messages: [message('C1', 'A question'), message('D1', 'A key of yours')],
    });
    const page = await opened(server.url);
    await slackOf(page).getByText('A question').waitFor();
    expect(await slackOf(page).getByText('A key of yours').count()).toBe(0);
    await page.getByRole('button', { name: 'direct messages' }).click();
    await slackOf(page).getByText('A key of yours').waitFor();
    await page.close();
    await server.stop();
  });
});

const plain = (text: string) => ({ type: 'plain_text' as const, text, emoji: false as const });

const QUESTION: SlackShown = {
  kind: 'slack',
  channels: [{ id: 'C1', name: 'approvals', isDirect: false, members: ['U1'] }],
  messages: [
    {
      channel: 'C1',
      ts: '1',
      at: 1,
      text: 'May it be?',
      blocks: [
        { type: 'header', text: plain('May it be?') },
        {
          type: 'actions',
          elements: [
            {
              type: 'button',
              text: plain('Approve'),
              action_id: 'approve',
              value: '',
              confirm: {
                title: plain('Approve it?'),
                text: plain('It is done then.'),
                confirm: plain('Approve'),
                deny: plain('Cancel'),
              },
            },
          ],
        },
      ],
    },
  ],
  modals: [],
  names: {},
};

/** As a question opens it that asks for the reason of a denial. */
const REASON_FORM: SlackShown['modals'][number] = {
  id: 'V1',
  userId: 'U1',
  title: 'Deny it',
  submit: 'Deny',
  close: 'Cancel',
  blocks: [
    {
      type: 'input',
      block_id: 'reason',
      optional: false,
      label: { type: 'plain_text', text: 'Reason', emoji: false },
      element: {
        type: 'plain_text_input',
        action_id: 'reason',
        multiline: true,
        max_length: 300,
      },
    },
  ],
  errors: {},
};

function slackWith(modals: SlackShown['modals']): SlackShown {
  return { kind: 'slack', channels: [], messages: [], modals, names: {} };
}

async function idle(page: Page): Promise<void> {
  const busy = page.locator('[aria-disabled="true"]').first();
  await busy.waitFor({ state: 'detached', timeout: READY_MS });
}

async function standingRules(page: Page): Promise<string[]> {
  return page.locator('.rule:not(.gone) .traffic').allInnerTexts();
}

function standingRule(page: Page, traffic: string) {
  return page.locator('.rule:not(.gone)').filter({ hasText: traffic });
}

function slackOf(page: Page) {
  return page.getByRole('log', { name: 'Messages in Slack' });
}

async function approve(page: Page, userId: string): Promise<void> {
  await clickAs(page, userId, { button: 'Approve', answer: 'Approve' });
}

/** A button in Slack, and what is answered where Slack asks first. */
interface SlackClick {
  readonly button: string;
  readonly answer?: string;
}

async function clickAs(page: Page, userId: string, { button, answer }: SlackClick): Promise<void> {
  await page.getByLabel('You are').selectOption(userId);
  await slackOf(page).getByRole('button', { name: button, exact: true }).click();
  if (answer !== undefined) {
    await page.getByRole('dialog').getByRole('button', { name: answer }).click();
  }
  await idle(page);
}

async function move(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await idle(page);
}

/** Whether it would be wider if it could. */
async function isCut(choice: Locator): Promise<boolean> {
  return choice.evaluate((element) => {
    const width = element.getBoundingClientRect().width;
    element.style.maxWidth = 'none';
    const isWider = element.getBoundingClientRect().width > width;
    element.style.maxWidth = '';
    return isWider;
  });
}

/** "# trials 2 new", and which of them is open. */
async function channelsOf(page: Page): Promise<string[]> {
  const tabs = page.getByRole('group', { name: 'Channels' }).getByRole('button');
  const names = (await tabs.allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim());
  const open = await tabs.evaluateAll((all) =>
    all.map((each) => each.getAttribute('aria-pressed') === 'true'),
  );
  return names.map((name, index) => (open[index] ? `${name} (open)` : name));
}

/** As a browser does when another tab is looked at: without a screen, it calls all of them seen. */
async function showPage(page: Page, isSeen: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, !isSeen);
}

async function focused(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent ?? '');
}

async function expectPictures(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const picture = await page.screenshot();
    expect(picture.length).toBeGreaterThan(20_000);
    if (PICTURES) writeFileSync(join(PICTURES, `${name}-${colorScheme}.png`), picture);
  }
}

function hostileGroup(text: string) {
  const acceptance = {
    kind: 'accepted' as const,
    grants: [{ cause: 'operator', by: text, since: 1 }],
  };
  return {
    id: 'The group',
    name: text,
    description: text,
    isMonitored: true,
    rules: [{ id: 'sgr-1', text, description: text, acceptance }],
  };
}
