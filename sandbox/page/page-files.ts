import { join } from 'node:path';
import { build } from 'esbuild';

/** What the browser loads beside the document. */
export interface PageFiles {
  readonly script: string;
  readonly style: string;
}

const FOLDER = join(__dirname, 'browser');

/** The page's program and style, made in memory: nothing has to be built before. */
export async function makePageFiles(): Promise<PageFiles> {
  const { outputFiles } = await build({
    entryPoints: { script: join(FOLDER, 'main.ts'), style: join(FOLDER, 'page.css') },
    outdir: FOLDER,
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const textOf = (name: string) => {
    const file = outputFiles.find(({ path }) => path.endsWith(name));
    if (!file) throw new Error(`esbuild has made no ${name} for the page of the sandbox.`);
    return file.text;
  };
  return { script: textOf('script.js'), style: textOf('style.css') };
}

export const PAGE_DOCUMENT = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>cdk-sentries sandbox</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="page.css">
    <script type="module" src="page.js"></script>
  </head>
  <body>
    <div id="page"><noscript>This page needs JavaScript.</noscript></div>
  </body>
</html>
`;
