import { defineConfig, type UserConfig } from 'vitepress';
import { anchorOf } from './anchor';
import { linkOnSite, pathOnSite, PROJECT, sidebarOfFirstPage } from './pages.mts';

/** What is no page of the docs. */
const NO_PAGES = [
  'API.md',
  '{bench,build,bundles,cdk.out,dist,lib,mutation,projenrc,sandbox,site,src,test}/**',
];

export default defineConfig({
  title: 'cdk-sentries',
  description:
    'CDK constructs that revert unwanted security group changes, retire old access keys, and ask people in Slack first',
  base: process.env.SITE_BASE ?? '/',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  srcDir: PROJECT,
  srcExclude: NO_PAGES,
  rewrites: pathOnSite,
  markdown: {
    // Text such as <stack> is text, and no element.
    html: false,
    anchor: { slugify: anchorOf },
    toc: { slugify: anchorOf },
    config: (markdown) => {
      // Marks of what tests write are comments, and not for readers.
      markdown.core.ruler.before('normalize', 'no-comments', (state) => {
        state.src = state.src.replaceAll(/^<!--.*?-->$/gm, '');
      });
      markdown.core.ruler.push('links-on-site', ({ tokens, env }) => {
        const links = tokens.flatMap(({ children }) => children ?? []);
        for (const link of links.filter(({ type }) => type === 'link_open')) {
          const href = link.attrGet('href');
          if (href) link.attrSet('href', linkOnSite(env.relativePath, href));
        }
      });
    },
  },
  // The pages lie outside of this folder, and what they are made with is in it.
  vite: { plugins: [pagesElsewhere()] },
  themeConfig: {
    nav: [
      { text: 'Start', link: '/docs/getting-started' },
      { text: 'Docs', link: '/docs/' },
      { text: 'Runbook', link: '/docs/runbook' },
      { text: 'Changelog', link: '/CHANGELOG' },
    ],
    sidebar: sidebarOfFirstPage(),
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: 'https://github.com/cdk-sentries/cdk-sentries' }],
    footer: {
      message:
        'Experimental: no version is published, and it has never run in a real AWS account. Apache-2.0.',
    },
  },
});

/** The pages lie outside of this folder, and Vue, which they are made into, lies in it. */
function pagesElsewhere(): NonNullable<UserConfig['vite']>['plugins'] {
  return [
    {
      name: 'pages-elsewhere',
      enforce: 'pre',
      resolveId(source, importer, options) {
        if (!importer?.includes('.md') || !/^vue($|\/)/.test(source)) return null;
        return this.resolve(source, import.meta.filename, { ...options, skipSelf: true });
      },
    },
  ];
}
