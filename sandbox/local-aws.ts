import {
  CreateSecretCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { cliEnvironment, type CliResult, runCli } from './aws-cli';
import type { Lake } from './cloudtrail/lake';
import { OrganizationTrail, type OrganizationTrailOptions } from './cloudtrail/organization-trail';
import type {
  AwaitedCrash,
  CloudTrailEvent,
  Crash,
  Disturbance,
  DisturbedCall,
  Fault,
  LostAnswers,
  NoticedOutage,
  PutEvent,
} from './cloudtrail/tap';
import { readAssembly } from './deployer/assembly';
import { deleteStack } from './deployer/create-stack';
import { deployStack, type StackDeployment } from './deployer/deploy-stack';
import { copyTables, tablesOf } from './deployer/table-copies';
import { assumeRole, type AwsCredentials, createAdministrator } from './emulator/credentials';
import { deploymentSession } from './emulator/deployment-session';
import {
  ACCOUNT_ID,
  emulatorAccess,
  HOME,
  type Place,
  placeOfArn,
  REGION,
} from './emulator/emulator-access';
import type { AddedUser, NewUser } from './emulator/iam-users';
import type { PlacedGroup } from './emulator/placed-groups';
import type { Inbox } from './inbox';
import type { LocalAwsOptions } from './local-aws-options';
import { endParts, type Parts, partsSettled, startParts } from './local-aws-parts';
import { Organization, type OrganizationOptions } from './organization/organization';
import type { IamGaps } from './proxy/iam-gaps/iam-gaps';
import type { FireReport } from './runner/asynchronous-invocation';
import type { StackSets } from './stack-sets/stack-sets';

export type { AwsCredentials, CliResult, LocalAwsOptions, Place };

export interface DeployedStack extends StackDeployment {
  /** Runs its functions no longer and takes its rules off the bus; its other resources stay. */
  retire(): Promise<void>;
}

/**
 * The emulator with all that it takes to try a stack on it: CloudTrail's events, running functions,
 * an inbox.
 */
export class LocalAws {
  static async start(options: LocalAwsOptions = {}): Promise<LocalAws> {
    return new LocalAws(await startParts(options));
  }

  readonly region = REGION;
  readonly accountId = ACCOUNT_ID;
  readonly inbox: Inbox;
  /** The events of this library that the functions put on an event bus, in their order. */
  readonly announced: readonly PutEvent[];

  private clockSet: Promise<void> = Promise.resolve();

  private constructor(private readonly parts: Parts) {
    this.inbox = parts.inbox;
    this.announced = parts.announced;
  }

  /** Where users and functions call. */
  get endpoint(): string {
    return this.parts.tap.endpoint;
  }

  /** The AWS CLI. */
  get aws(): string {
    return this.parts.environment.aws;
  }

  /**
   * Stacks may follow one another; in an account and Region, each has a name of its own. Its
   * functions run there, by their roles.
   */
  async deploy(assemblyFolder: string, stackName?: string, place = HOME): Promise<DeployedStack> {
    const { emulator, runner, inbox, tablesEndpoint } = this.parts;
    const stack = await deployStack({
      endpoint: emulator.endpoint,
      assembly: readAssembly(assemblyFolder, place),
      stackName,
      place,
    });
    await this.createStackSets(stack);
    if (tablesEndpoint !== undefined) {
      await copyTables(emulator.endpoint, tablesEndpoint, { names: tablesOf(stack), place });
    }
    await Promise.all([runner.add(stack), inbox.subscribeTo(stack.topicArns)]);
    return { ...stack, retire: async () => runner.remove(stack) };
  }

  /** The StackSets of all stacks that were deployed here. Tell them when accounts come or go. */
  get stackSets(): StackSets {
    return this.parts.stackSets;
  }

  /**
   * Sets the time for emulator, functions and CloudTrail's events; from there it goes on. Functions
   * that run go by it from their next invocation on, warm ones too. Deliveries, calls and
   * invocations are still told with the machine's time, as how long things take does not change.
   * Set the clock back before anything is deployed: messages under way in queues would stay away
   * until the time is reached again. Set twice at once, the clock is set one after the other.
   */
  async setClock(now: Date): Promise<void> {
    const set = this.clockSet.then(async () => this.setClocks(now));
    this.clockSet = set.catch(() => undefined);
    await set;
  }

  /** Of the emulator, and of all else: were another setting between, they would be apart. */
  private async setClocks(now: Date): Promise<void> {
    this.parts.clock.set(await this.parts.emulator.setClock(now));
    for (const trail of this.parts.organizationTrails) await trail.deliverDue();
  }

  /**
   * Has the clock of a function go ahead of all others by so many milliseconds, or behind them
   * where it is negative, from its next invocation on. With 0, it goes with them again. In AWS,
   * clocks are hardly apart; what a function has to stand is up to five minutes, as calls that are
   * signed further off are refused.
   */
  setClockApart(functionName: string, milliseconds: number): void {
    this.parts.clock.setApart(functionName, milliseconds);
  }

  /**
   * From now on, the records of all accounts and Regions are written into a bucket, once the clock
   * is set to five minutes later or the trail is told to.
   */
  startOrganizationTrail(options: OrganizationTrailOptions): OrganizationTrail {
    const { emulator, clock, organizationTrails } = this.parts;
    const trail = new OrganizationTrail(emulator.endpoint, options, clock);
    organizationTrails.push(trail);
    return trail;
  }

  /**
   * From now on, EventBridge gets the events only of accounts and Regions that a trail covers, of
   * the account or of its organization. Without it, all of them are as if they were covered.
   */
  requireTrails(): void {
    this.parts.recording.needsTrails = true;
  }

  /** A stand-in for an event data store with the events of all accounts and Regions. */
  get lake(): Lake {
    return this.parts.tap.lake;
  }

  /** The sandbox's time: the machine's, until it is set. */
  now(): Date {
    return new Date(this.parts.clock.now());
  }

  /** What the machine's clock said, in milliseconds since 1970, when the sandbox's said so. */
  machineTime(at: Date): number {
    return this.parts.clock.machineTime(at.getTime());
  }

  /**
   * Sends a schedule's message to the queue that is its target, or runs the function that it calls,
   * as EventBridge and Lambda would when it is due: with the target's own input, or the event of a
   * schedule at the sandbox's time; again at once after a failure, as often as the template says
   * (by default twice); and if all tries fail, with a message to the function's failure destination
   * and dead-letter queue. Tells of the last try.
   */
  async fire(stack: DeployedStack, ruleLogicalIdPrefix: string): Promise<FireReport> {
    return this.parts.runner.fire(stack, ruleLogicalIdPrefix);
  }

  /**
   * Invokes a function as someone who waits for its answer: once. Rejects with what the handler
   * threw. Without a place, it is the first of that name.
   */
  async invoke(functionName: string, payload: unknown, place?: Place): Promise<unknown> {
    return this.parts.runner.invoke(functionName, payload, place);
  }

  /**
   * Users with keys of any number, age, status and use: all of them, or none where a name or key id
   * is there already. 5,000 take a second.
   */
  async addUsers(users: readonly NewUser[]): Promise<AddedUser[]> {
    return this.parts.emulator.addUsers(users);
  }

  /** Security groups with ids of one's choice: all of them, or none where an id is taken. */
  async addGroups(groups: readonly PlacedGroup[]): Promise<void> {
    await this.parts.emulator.addGroups(groups);
  }

  /** What the stand-in for IAM's gaps does. */
  get iamGaps(): IamGaps {
    if (!this.parts.iamGaps) {
      throw new Error(
        "There is no stand-in for what the emulator's IAM lacks: ask for it with LocalAws.start({ iamGaps: new IamGaps() }).",
      );
    }
    return this.parts.iamGaps;
  }

  /** An administrator of an account. */
  async createUser(name: string, accountId = ACCOUNT_ID): Promise<AwsCredentials> {
    return createAdministrator(this.parts.emulator.endpoint, name, accountId);
  }

  /** An organization, which the account that stacks are deployed to belongs to as a member. */
  async organization(options?: OrganizationOptions): Promise<Organization> {
    const organization = await Organization.create(this.parts.emulator.endpoint, options);
    await organization.addAccount({ name: 'home', id: ACCOUNT_ID });
    return organization;
  }

  /**
   * Gives a secret its next value, AWSCURRENT; the value before stays as AWSPREVIOUS. Makes the
   * secret where there is none of that name. A name is one at home; an ARN says where it is.
   */
  async putSecret(arnOrName: string, value: string): Promise<void> {
    const place = arnOrName.startsWith('arn:') ? placeOfArn(arnOrName) : HOME;
    const secrets = new SecretsManagerClient(emulatorAccess(this.parts.emulator.endpoint, place));
    try {
      await secrets.send(new PutSecretValueCommand({ SecretId: arnOrName, SecretString: value }));
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException) || arnOrName.startsWith('arn:')) {
        throw error;
      }
      await secrets.send(new CreateSecretCommand({ Name: arnOrName, SecretString: value }));
    }
  }

  /** As whom CloudFormation calls in a deployment by the CDK. */
  async deploymentSession(): Promise<AwsCredentials> {
    return deploymentSession(this.parts.emulator.endpoint, HOME);
  }

  async assumeRole(roleArn: string, sessionName: string): Promise<AwsCredentials> {
    return assumeRole(this.parts.emulator.endpoint, roleArn, sessionName);
  }

  /** Runs the AWS CLI, with these credentials and none of the caller's settings. */
  async cli(args: string[], credentials: AwsCredentials, region = REGION): Promise<CliResult> {
    return runCli(this.aws, args, { endpoint: this.endpoint, region, credentials });
  }

  /** What the AWS CLI and the SDKs need to call here. */
  cliEnvironment(credentials: AwsCredentials, region = REGION): Record<string, string> {
    return cliEnvironment({ endpoint: this.endpoint, region, credentials });
  }

  /**
   * Settings of SDK clients that call as an administrator of an account, in a Region; CloudTrail
   * sees them.
   */
  accessTo(place: Place) {
    return emulatorAccess(this.endpoint, place);
  }

  /**
   * Hands an event to EventBridge once more, as a second delivery or a replayed archive would: on
   * the default bus of its account and Region.
   */
  async replay(event: CloudTrailEvent): Promise<void> {
    await this.parts.runner.deliver(event);
  }

  /**
   * The next events of that name never reach EventBridge, in one place or in all of them.
   * CloudTrail's event history has them all the same.
   */
  loseNext(eventName: string, times = 1, place?: Place): void {
    this.parts.delivery.lose(eventName, times, place);
  }

  /**
   * From now on, events wait on their way to EventBridge, of one place or of all of them.
   * CloudTrail's event history has them at once.
   */
  holdEvents(place?: Place): void {
    this.parts.delivery.hold(place);
  }

  /**
   * Lets events through again that were held by the same words, and delivers those that waited: in
   * the order that `order` gives them, leaving some out or twice as it likes.
   */
  async releaseEvents(
    order: (held: readonly CloudTrailEvent[]) => readonly CloudTrailEvent[] = (held) => held,
    place?: Place,
  ): Promise<void> {
    await this.parts.delivery.release(order, place);
  }

  /** From now on, CloudTrail's event history does not have the events yet that come. */
  holdHistory(): void {
    this.parts.tap.history.hold();
  }

  /** CloudTrail's event history has caught up. */
  releaseHistory(): void {
    this.parts.tap.history.release();
  }

  /**
   * No function is warm any more, as after a while without work. Here, they are warm until then,
   * however far the clock is set.
   */
  async coolDown(): Promise<void> {
    await this.parts.runner.coolDown();
  }

  /** Until functions have come to the end of what they were handed. What they put off waits. */
  async handled(): Promise<void> {
    await this.parts.runner.handled();
  }

  /**
   * Until every event is handled, also those that are tried again later, and every message is in
   * the inbox. Throws where Lambda would have stopped a function that is invoked by what it sends
   * itself.
   */
  async settled(): Promise<void> {
    await partsSettled(this.parts);
  }

  /** The next calls of an action get an error. */
  failNext(fault: Fault): void {
    this.parts.tap.failNext(fault);
  }

  /**
   * The function that makes the next such call ends at once, as if its machine had failed: Lambda's
   * queues and retries then do what they do.
   */
  crashNext(crash: Crash): AwaitedCrash {
    return this.parts.tap.crashNext(crash);
  }

  /**
   * Disturbs one call of the next invocation of a function, whatever it calls; what is given back
   * tells whether there was such a call.
   */
  disturbCall(disturbance: Disturbance): DisturbedCall {
    return this.parts.tap.disturbCall(disturbance);
  }

  /**
   * From now on, calls of functions that change something are carried out, and the answer to the
   * first attempt of each is lost.
   */
  loseAnswers(): LostAnswers {
    return this.parts.tap.loseAnswers();
  }

  /**
   * For so many milliseconds of the sandbox's time, functions hear nothing but errors of a service.
   */
  takeDown(service: string, milliseconds: number): NoticedOutage {
    const until = this.parts.clock.now() + milliseconds;
    return this.parts.tap.takeDown({ service, isOver: () => this.parts.clock.now() >= until });
  }

  /**
   * Ends all parts, from the outside in. Throws where an event was lost on the way, where Lambda
   * would have stopped a function, and where AWS would refuse a call for what stands in it.
   */
  async stop(): Promise<void> {
    await endParts(this.parts);
  }

  /** Where one of them fails, the stack and those before it are removed, as CloudFormation does. */
  private async createStackSets({ name, place, stackSets }: StackDeployment): Promise<void> {
    const { emulator, stackSets: all } = this.parts;
    try {
      for (const stackSet of stackSets) await all.create(stackSet);
    } catch (error) {
      for (const { id } of [...stackSets].reverse()) await all.remove(id);
      await deleteStack(emulatorAccess(emulator.endpoint, place), name);
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`The stack ${name} became ROLLBACK_COMPLETE:\n${reason}`, { cause: error });
    }
  }
}
