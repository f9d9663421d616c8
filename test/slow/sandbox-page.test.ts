import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
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

    await approve(page, 'U0BOB');
    await slackOf(page).getByText('Carried out').first().waitFor();
    const rule = page.getByRole('listitem').filter({ hasText: 'accepted (approval-request)' });
    expect(await rule.innerText()).toContain('tcp 22 from 0.0.0.0/0');
    expect(await rule.innerText()).toContain('by alice, bob, for good');

    await page.close();
  });

  test('what others have written is shown as it is written', async () => {
    const hostile = '<img src=x onerror="document.title=\'broken\'"><script>alert(1)</script>';
    const log = new FactLog();
    const server = await PageServer.start(log, () => undefined);
    log.add({ kind: 'scene', title: hostile, about: hostile, moves: [], people: [] });
    log.add({ kind: 'happened', at: 1, what: 'call', text: hostile, by: hostile, from: hostile });
    log.add({ kind: 'delivered', at: 1, subject: hostile, text: hostile });
    log.add({ kind: 'groups', groups: [hostileGroup(hostile)] });
    log.add({
      kind: 'slack',
      channels: [{ id: 'C1', name: hostile }],
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
        { id: 'C1', name: 'approvals' },
        { id: 'D1', name: 'alice' },
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
  await page.locator('.moving').waitFor({ state: 'detached' });
  await page.locator('[aria-disabled="true"]').first().waitFor({ state: 'detached' });
}

async function standingRules(page: Page): Promise<string[]> {
  return page.locator('.rule:not(.gone) .traffic').allInnerTexts();
}

function slackOf(page: Page) {
  return page.getByRole('log', { name: 'Messages in Slack' });
}

/** Slack asks first. */
async function approve(page: Page, userId: string): Promise<void> {
  await page.getByLabel('You are').selectOption(userId);
  await slackOf(page).getByRole('button', { name: 'Approve', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await idle(page);
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
