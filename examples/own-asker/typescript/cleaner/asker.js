/**
 * What every asker needs, and nothing of snapshots: copy it for your own. docs/own-asker.md says
 * why each part is there.
 */
const { createHash } = require('node:crypto');
const {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} = require('@aws-sdk/client-dynamodb');
const { KMSClient, VerifyMacCommand } = require('@aws-sdk/client-kms');
const { SendMessageCommand, SQSClient } = require('@aws-sdk/client-sqs');

const { ASKER, ASKED_TABLE, DECISION_KEY_ARN, REQUEST_QUEUE_URL } = process.env;

/** As long as the workflow keeps a request, someone may click Retry. */
const KEPT_SECONDS = 400 * 24 * 3600;

/** 32 bytes in base64. KMS refuses to look at anything else. */
const MAC = /^[A-Za-z0-9+/]{43}=$/;

/** The workflow takes no longer text of an outcome. */
const LONGEST_TEXT = 3000;

const dynamo = new DynamoDBClient();
const kms = new KMSClient();
// To the endpoint that the environment names, as all other calls: so that it runs against a local
// AWS, too.
const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });

/**
 * First stores what is asked, then asks. Tried again with the same id, it asks what was stored,
 * whatever it is given.
 */
async function ask({ requestId, subject, source, question, payload }) {
  await store({ requestId, question, payload });
  const asked = await read(requestId);
  await send({
    type: 'ask',
    requestId,
    subject,
    source,
    question: asked.question,
    payload: asked.payload,
  });
}

/**
 * Has `carryOut` make true what people decided, once however often it comes, and reports what came
 * of it. `carryOut` gets the decision, the payload of what was asked, and whether a try at the same
 * has begun before and told of no end. It resolves with { outcome, text }.
 */
async function carryOutOnce(body, carryOut) {
  const { statement, asked, refusal } = await judged(body);
  if (refusal) return console.error(`A decision that is none: ${refusal}.`);
  const { requestId, phase, attempt } = statement;
  const isDone = asked.result?.phase === phase && asked.result.attempt === attempt;
  const result = isDone ? asked.result : await firstResult(statement, asked.payload, carryOut);
  return result && send({ type: 'outcome', requestId, ...result });
}

/** Undefined where a later turn has begun: this one counts no more. */
async function firstResult(statement, payload, carryOut) {
  const { requestId, phase, attempt } = statement;
  const turn = turnOf(statement);
  const before = await update(requestId, turn, 'turn = :turn');
  if (!before) return undefined;
  const isBegun = Number(before.turn.N) === turn;
  const { outcome, text } = await carryOut(statement, payload, isBegun).catch(failed);
  const result = { phase, attempt, outcome, text: text.slice(0, LONGEST_TEXT) };
  await update(requestId, turn, 'outcome = :outcome', {
    ':outcome': { S: JSON.stringify(result) },
  });
  return result;
}

function failed(error) {
  console.error(error);
  return { outcome: 'failed', text: String(error) };
}

/** Attempts in their order; an end comes after every decision. */
function turnOf({ phase, attempt }) {
  return attempt + (phase === 'end' ? 1_000_000 : 0);
}

/** What people decided, and what they were asked; or why it counts for nothing. */
async function judged(body) {
  const { statement: text, mac } = messageIn(body);
  if (!(await isSigned(text, mac))) return { refusal: 'the workflow has not signed it' };
  const statement = JSON.parse(text);
  if (statement.asker !== ASKER) return { refusal: `it is for ${statement.asker}` };
  const asked = await read(statement.requestId);
  if (!asked) return { refusal: `nothing was asked as ${statement.requestId}` };
  if (statement.digest !== digestOf(asked))
    return { refusal: 'people were shown something else than what was asked' };
  return { statement, asked };
}

/** Anyone who may send to the queue may send anything. */
function messageIn(body) {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}

/**
 * Over the SHA-256 digest of the statement, to the letter as it came: do not parse it and write it
 * again.
 */
async function isSigned(text, mac) {
  if (typeof text !== 'string' || !MAC.test(mac)) return false;
  try {
    const { MacValid: isValid } = await kms.send(
      new VerifyMacCommand({
        KeyId: DECISION_KEY_ARN,
        MacAlgorithm: 'HMAC_SHA_256',
        Message: createHash('sha256').update(text, 'utf8').digest(),
        Mac: Buffer.from(mac, 'base64'),
      }),
    );
    return isValid === true;
  } catch (error) {
    if (error.name === 'KMSInvalidMacException') return false;
    throw error;
  }
}

/** Of question and payload, with the keys of every object in order. */
function digestOf({ question, payload }) {
  const inOrder = (_, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value;
  return createHash('sha256')
    .update(JSON.stringify([question, payload], inOrder))
    .digest('hex');
}

async function send(message) {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: REQUEST_QUEUE_URL,
      MessageBody: JSON.stringify({ version: 1, asker: ASKER, ...message }),
    }),
  );
}

/** What is stored already stays. */
async function store({ requestId, question, payload }) {
  const expiresAt = String(Math.floor(Date.now() / 1000) + KEPT_SECONDS);
  await unlessRefused(
    dynamo.send(
      new PutItemCommand({
        TableName: ASKED_TABLE,
        Item: {
          requestId: { S: requestId },
          question: { S: JSON.stringify(question) },
          payload: { S: payload },
          turn: { N: '0' },
          expiresAt: { N: expiresAt },
        },
        ConditionExpression: 'attribute_not_exists(requestId)',
      }),
    ),
  );
}

async function read(requestId) {
  const { Item: item } = await dynamo.send(
    new GetItemCommand({
      TableName: ASKED_TABLE,
      Key: { requestId: { S: requestId } },
      ConsistentRead: true,
    }),
  );
  if (!item) return undefined;
  const { question, payload, outcome } = item;
  return {
    question: JSON.parse(question.S),
    payload: payload.S,
    result: outcome && JSON.parse(outcome.S),
  };
}

/**
 * Gives back the item as it was; undefined, and nothing is changed, where a later turn has begun.
 */
async function update(requestId, turn, change, values) {
  const answer = await unlessRefused(
    dynamo.send(
      new UpdateItemCommand({
        TableName: ASKED_TABLE,
        Key: { requestId: { S: requestId } },
        ConditionExpression: 'turn <= :turn',
        UpdateExpression: `SET ${change}`,
        ExpressionAttributeValues: { ':turn': { N: String(turn) }, ...values },
        ReturnValues: 'ALL_OLD',
      }),
    ),
  );
  return answer?.Attributes;
}

/** Undefined where the table refuses the call's condition. */
async function unlessRefused(call) {
  try {
    return await call;
  } catch (error) {
    if (error.name === 'ConditionalCheckFailedException') return undefined;
    throw error;
  }
}

module.exports = { ask, carryOutOnce };
