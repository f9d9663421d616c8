import { FactLog } from './fact-log';
import type { Act, Fact, Happened, Person } from './facts';
import { type Look, Looks } from './looks';
import { type Move, OneAtATime } from './moves';
import { ObservedFacts } from './observed-facts';
import { PageServer } from './page-server';
import type { SlackDesk } from './slack-desk';
import { plainText } from '../../src/shared/domain/notification/plain-text';
import { changesSomething, type CloudTrailEvent } from '../cloudtrail/tap';
import type { LocalAwsOptions } from '../local-aws';

/** Commands are as long. */
const LONGEST_TEXT = 600;

/** What the page shows of a scene, and what can be done there. */
export interface PageScene {
  readonly title: string;
  readonly about: string;
  readonly moves: readonly Move[];
  /** Each makes a panel. */
  readonly looks: readonly Look[];
  readonly slack?: SlackDesk;
  readonly people?: readonly Person[];
}

/** A page in a browser that shows the sandbox at work, and has buttons to disturb it. */
export class SandboxPage {
  static async open(): Promise<SandboxPage> {
    const page = new SandboxPage();
    page.server = await PageServer.start(page.log, (act) => page.act(act));
    return page;
  }

  private readonly log = new FactLog();
  private readonly observed = new ObservedFacts();
  private readonly turns = new OneAtATime((move) => this.log.add({ kind: 'moving', move }));
  private server: PageServer | undefined;
  private scene: PageScene | undefined;
  private moves: readonly Move[] = [];
  private looks: Looks | undefined;

  private constructor() {}

  get url(): string {
    if (!this.server) throw new Error('The page is not served yet.');
    return this.server.url;
  }

  /** What the sandbox tells the page; hand them to LocalAws.start. */
  observers(): LocalAwsOptions {
    return {
      log: (text) => this.log.add({ kind: 'preparing', text }),
      onCall: (call) => {
        for (const fact of this.observed.ofCall(call)) this.log.add(fact);
        if (changesSomething(call)) this.looks?.again();
      },
      onEvent: (event) => {
        for (const fact of this.observed.ofEvent(event, Date.now())) this.log.add(fact);
      },
      onInvocation: (invocation) => {
        for (const fact of this.observed.ofInvocation(invocation)) this.log.add(fact);
        this.looks?.again();
      },
      onFunctionLog: (_name, line, at) => {
        for (const fact of this.observed.ofLog(line, at)) this.log.add(fact);
      },
      onDelivery: (delivery) => {
        for (const fact of this.observed.ofDelivery(delivery)) this.log.add(fact);
      },
    };
  }

  /** What the sandbox does before the scene is ready. */
  preparing(text: string): void {
    this.log.add({ kind: 'preparing', text });
  }

  /** Shows a scene that still plays by itself: of its buttons, those in Slack work already. */
  show(scene: PageScene): void {
    this.scene = scene;
    this.tellOfScene([]);
    this.looks = new Looks(
      scene.looks,
      (fact) => this.take(fact),
      (reason) => this.tell('fault', `the page could not look: ${reason}`),
    );
    this.looks.again();
  }

  /** From now on, all buttons work. */
  allowMoves(): void {
    this.tellOfScene(this.scene?.moves ?? []);
  }

  /** A line of the timeline. */
  tell(what: Happened['what'], text: string, at = Date.now()): void {
    this.log.add({ kind: 'happened', at, what, text: plainText(text, LONGEST_TEXT) });
  }

  /** An event that is made up by a move: what it says of rules names them. */
  tellMadeUp(event: CloudTrailEvent, text: string): void {
    this.observed.learnFrom(event);
    this.tell('event', `made up: ${text}`);
  }

  async close(): Promise<void> {
    this.looks?.stop();
    await this.server?.stop();
  }

  private take(fact: Fact): void {
    if (fact.kind === 'groups') this.observed.learn(fact);
    this.log.addIfNew(fact);
  }

  private tellOfScene(moves: readonly Move[]): void {
    if (!this.scene) return;
    const { title, about, people = [] } = this.scene;
    this.moves = moves;
    this.log.add({
      kind: 'scene',
      title,
      about,
      moves: moves.map(({ id, label, hint }) => ({ id, label, hint })),
      people: [...people],
    });
  }

  private act(act: Act): string | undefined {
    if (!this.scene) return 'The scene is not ready yet.';
    return act.kind === 'move' ? this.move(act.id) : this.slackAct(act, this.scene);
  }

  private move(id: string): string | undefined {
    const move = this.moves.find((each) => each.id === id);
    if (!move) return 'The scene has no such move now.';
    return this.begin(id, async () => move.do());
  }

  private slackAct(act: Exclude<Act, { kind: 'move' }>, { slack }: PageScene): string | undefined {
    if (!slack) return 'The scene has no Slack.';
    return this.begin(act.kind, async () => slack.act(act));
  }

  private begin(id: string, act: () => Promise<void>): string | undefined {
    return this.turns.begin(
      id,
      async () => {
        await act();
        this.looks?.again();
      },
      (reason) => this.tell('fault', reason),
    );
  }
}
