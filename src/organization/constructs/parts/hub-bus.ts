import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { hubBusStatement, type Senders } from '../../contracts/hub-bus-policy';

/** Where the events of all members arrive. What is put behind it may change; its name does not. */
export class HubBus {
  public readonly bus: events.EventBus;

  constructor(hub: Construct, name: string, senders: Senders) {
    this.bus = new events.EventBus(hub, 'Bus', {
      eventBusName: name,
      description: `Events of the members of ${hub.node.path}`,
    });
    new events.CfnEventBusPolicy(hub, 'BusPolicy', {
      eventBusName: this.bus.eventBusName,
      statementId: 'MembersForward',
      statement: hubBusStatement(this.bus.eventBusArn, senders),
    });
  }
}
