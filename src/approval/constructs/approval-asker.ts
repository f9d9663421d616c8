import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { grantSend } from './workflow-rights';

/**
 * Something that has people asked, and gets their decisions on a queue of its own.
 *
 * A decision comes with a MAC by the workflow's key. Check it before you act: anyone who can put
 * messages into your queue can put anything into it, but only the workflow can make the MAC.
 */
export class ApprovalAsker {
  /** @internal */
  public static _of(name: string, requestQueue: sqs.IQueue, decisionKey: kms.IKey): ApprovalAsker {
    return new ApprovalAsker(name, requestQueue, decisionKey);
  }

  /** The name under which its requests and outcomes come, in each message. */
  public readonly name: string;

  /** Where requests, and the outcomes of decisions, are put. */
  public readonly requestQueue: sqs.IQueue;

  /** The key that decisions are proved by: HMAC_SHA_256. */
  public readonly decisionKey: kms.IKey;

  private constructor(name: string, requestQueue: sqs.IQueue, decisionKey: kms.IKey) {
    this.name = name;
    this.requestQueue = requestQueue;
    this.decisionKey = decisionKey;
  }

  /**
   * Lets someone put requests and outcomes into the workflow's queue, and check decisions. A role
   * in another stack than the workflow's gets a fixed name, since the queue's policy names it: one
   * that is deployed already is replaced.
   *
   * @param grantee usually the function that asks, or the one that carries decisions out.
   */
  public grantAsk(grantee: iam.IGrantable): iam.Grant {
    const toCheck = iam.Grant.addToPrincipal({
      grantee,
      actions: ['kms:VerifyMac'],
      resourceArns: [this.decisionKey.keyArn],
    });
    return grantSend(grantee, this.requestQueue).combine(toCheck);
  }
}
