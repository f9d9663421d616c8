import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { zipSync, type Zippable } from 'fflate';
import type { FileAsset } from './assembly';
import type { EmulatorAccess } from '../emulator/emulator-access';

export async function publishFileAssets(
  access: EmulatorAccess,
  assets: FileAsset[],
): Promise<void> {
  const s3 = new S3Client({ ...access, forcePathStyle: true });
  await Promise.all(
    assets.map((asset) =>
      s3.send(
        new PutObjectCommand({ Bucket: asset.bucket, Key: asset.key, Body: contentOf(asset) }),
      ),
    ),
  );
}

function contentOf({ source, packaging }: FileAsset): Uint8Array {
  if (packaging === 'file') return readFileSync(source);
  // Not compressed: it goes no farther than the loopback interface.
  return zipSync(entriesOf(source), { level: 0 });
}

function entriesOf(folder: string): Zippable {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map((file) => {
      const fullPath = path.join(file.parentPath, file.name);
      return [path.relative(folder, fullPath).split(path.sep).join('/'), readFileSync(fullPath)];
    }),
  );
}
