import { rmSync } from 'node:fs';
import {
  dynamoDbLocalJars,
  lackedByDynamoDbLocal,
  startDynamoDbLocal,
} from '../../support/dynamodb-local/dynamodb-local';
import { replaceTableServer } from '../../support/tables/table-server';

const lacked = lackedByDynamoDbLocal();

/** The tests of the adapters once more: DynamoDB's own rules judge what they send. */
(lacked === undefined ? describe : describe.skip)(
  `on DynamoDB Local${lacked === undefined ? '' : `, which is not asked: ${lacked}`}`,
  () => {
    let jars: string;

    beforeAll(() => {
      jars = dynamoDbLocalJars();
      replaceTableServer(async () => startDynamoDbLocal(jars));
    });
    afterAll(() => rmSync(jars, { recursive: true }));

    describe('the ledger', () => {
      jest.requireActual('../../security-group/adapters/dynamo-ledger.test');
    });
    describe('the event log', () => {
      jest.requireActual('../../security-group/adapters/dynamo-event-log.test');
    });
    describe('the changes that were asked about', () => {
      jest.requireActual('../../security-group/adapters/dynamo-asked-changes.test');
    });
    describe('the approvals', () => {
      jest.requireActual('../../approval/adapters/dynamo-approvals.test');
    });
    describe('the records of keys', () => {
      jest.requireActual('../../access-key/adapters/dynamo-key-records.test');
    });
  },
);
