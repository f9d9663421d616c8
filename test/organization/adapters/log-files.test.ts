import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { parseCreatedObject, uncompressed } from '../../../src/organization/adapters/log-files';

test('a log file is uncompressed', async () => {
  const content = await uncompressed(Readable.from([gzipSync('{"Records":[]}')]), 100);
  expect(content.toString()).toBe('{"Records":[]}');
});

test('a file that grows longer than a log file can be is given up early', async () => {
  const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024));
  expect(bomb.length).toBeLessThan(50_000);
  await expect(uncompressed(Readable.from([bomb]), 1_000_000)).rejects.toThrow(
    'Uncompressed, the file takes more than 1000000 bytes',
  );
});

test('a file that is not compressed, or cut off, is refused', async () => {
  await expect(uncompressed(Readable.from([Buffer.from('{}')]), 100)).rejects.toThrow();
  const half = gzipSync('{"Records":[]}').subarray(0, 20);
  await expect(uncompressed(Readable.from([half]), 100)).rejects.toThrow();
});

test('word of a new object is that of S3', () => {
  const event = {
    source: 'aws.s3',
    'detail-type': 'Object Created',
    time: '2026-11-29T12:00:00Z',
    detail: { bucket: { name: 'logs' }, object: { key: 'AWSLogs/a=b c.gz' } },
  };
  expect(parseCreatedObject(JSON.stringify(event))).toEqual({
    bucket: 'logs',
    key: 'AWSLogs/a=b c.gz',
    at: new Date('2026-11-29T12:00:00Z'),
  });
  expect(() => parseCreatedObject(JSON.stringify({ ...event, source: 'me' }))).toThrow();
});
