import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DeployedStack, LocalAws } from '../../../sandbox/local-aws';
import {
  LEDGER_KEY,
  OWN_KEYS,
  RECORD_SORT_KEY,
} from '../../../src/security-group/contracts/ledger-items';

/** Has sentries forget that they have looked at a place, so that all groups were there before. */
export class FirstContact {
  static async in(localAws: LocalAws): Promise<FirstContact> {
    const { endpoint, region } = localAws;
    const credentials = await localAws.createUser('time-traveller');
    return new FirstContact(new DynamoDBClient({ endpoint, region, credentials }));
  }

  private constructor(private readonly dynamo: DynamoDBClient) {}

  async prepare({ resources }: DeployedStack, sentry: string): Promise<void> {
    const [, { physicalId: TableName }] = [...resources].find(
      ([id, { type }]) => type === 'AWS::DynamoDB::Table' && id.startsWith(`${sentry}Ledger`),
    )!;
    await this.dynamo.send(
      new DeleteItemCommand({
        TableName,
        Key: {
          [LEDGER_KEY.partition]: { S: OWN_KEYS.place },
          [LEDGER_KEY.sort]: { S: RECORD_SORT_KEY },
        },
      }),
    );
  }

  end(): void {
    this.dynamo.destroy();
  }
}
