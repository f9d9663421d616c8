import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import type { TrailRecord } from '../domain/reading/record-in-message';

/** What a function of some 1.8 GB can hold twice, and many times what CloudTrail writes. */
export const MOST_LOG_FILE_BYTES = 100 * 1024 * 1024;

const createdSchema = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.literal('Object Created'),
  time: z.pipe(
    z.iso.datetime(),
    z.transform((value) => new Date(value)),
  ),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string() }),
  }),
});

export interface CreatedObject {
  readonly bucket: string;
  readonly key: string;
  readonly at: Date;
}

/** EventBridge's word of a new object. Throws for anything else. */
export function parseCreatedObject(body: string): CreatedObject {
  const { time, detail } = createdSchema.parse(JSON.parse(body));
  return { bucket: detail.bucket.name, key: detail.object.key, at: time };
}

const fileSchema = z.object({ Records: z.array(z.record(z.string(), z.unknown())) });

/**
 * The records of a log file. Throws for what is none, and for what grows longer than a log file
 * can be.
 */
export async function readLogFile(
  s3: S3Client,
  file: { readonly bucket: string; readonly owner: string; readonly key: string },
): Promise<TrailRecord[]> {
  const { Body } = await s3.send(
    new GetObjectCommand({
      Bucket: file.bucket,
      Key: file.key,
      ExpectedBucketOwner: file.owner,
    }),
  );
  if (!(Body instanceof Readable)) throw new Error(`S3 gave no content of ${file.key}.`);
  const content = await uncompressed(Body, MOST_LOG_FILE_BYTES);
  return fileSchema.parse(JSON.parse(content.toString('utf8'))).Records;
}

/** Throws as soon as there are more bytes. */
export async function uncompressed(compressed: Readable, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const kept = new Writable({
    write(chunk: Buffer, _, done) {
      bytes += chunk.length;
      chunks.push(chunk);
      done(bytes > mostBytes ? new Error(tooLong(mostBytes)) : null);
    },
  });
  await pipeline(compressed, createGunzip(), kept);
  return Buffer.concat(chunks);
}

function tooLong(mostBytes: number): string {
  return `Uncompressed, the file takes more than ${mostBytes} bytes: no log file of CloudTrail does. It was not read.`;
}
