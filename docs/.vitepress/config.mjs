// SPDX-License-Identifier: MIT
import fs from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'vitepress'
import { copyHeaders, docs, fileOf, linkTo } from './sources.mjs'

const titleOf = (page) =>
  /^# (.+)$/m.exec(fs.readFileSync(path.join(docs, page), 'utf8'))?.[1] ?? 'Changes'
const there = (...pages) => pages.filter((page) => fs.existsSync(path.join(docs, page)))
const item = (page) => ({ text: titleOf(page).replace(/`| \(\w+\)$/g, ''), link: '/' + page.replace(/(index)?\.md$/, '') })
// The pages of a folder: those that are named first, then the others.
const folder = (name, ...first) => {
  if (!fs.existsSync(path.join(docs, name))) return []
  const rank = (file) => (first.includes(file) ? first.indexOf(file) : first.length)
  return fs.readdirSync(path.join(docs, name)).filter((file) => file.endsWith('.md')).sort()
    .sort((a, b) => rank(a) - rank(b)).map((file) => `${name}/${file}`)
}
const group = (text, pages, collapsed) => ({ text, collapsed, items: pages.map(item) })

const version = /AGI_VERSION_STRING "(.+)"/.exec(
  fs.readFileSync(path.join(docs, '../include/agi/version.hpp'), 'utf8'))[1]

export default defineConfig({
  title: 'agi',
  titleTemplate: ':title · agi',
  description: 'A header-only C++17 library for the Asterisk Gateway Interface',
  lang: 'en',
  outDir: '../build/site',
  cacheDir: '../build/site-cache',
  srcExclude: ['node_modules/**', 'generate/**'],
  lastUpdated: false,
  buildEnd: ({ outDir }) => copyHeaders(outDir),
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/icon.svg' }]],
  markdown: {
    attrs: { disable: true }, // braces are C++ here
    config: (md) => {
      // Two braces are C++, not Vue.
      for (const rule of ['code_inline', 'text']) {
        const render = md.renderer.rules[rule]
        md.renderer.rules[rule] = (...it) => render(...it).replace(/\{\{/g, '&#123;&#123;')
      }
      // Before VitePress looks at links: a file of the tree has a page of its own.
      md.core.ruler.push('files', (state) => {
        const page = state.env.relativePath ?? ''
        for (const token of state.tokens.flatMap((token) => token.children ?? [])) {
          if (token.type !== 'link_open') continue
          const file = fileOf(page, token.attrGet('href'))
          if (file) token.attrSet('href', linkTo(file))
        }
      })
    },
  },
  themeConfig: {
    search: { provider: 'local', options: { _render: (source, env, md) => {
      const html = md.render(source, env)
      return env.frontmatter?.search === false ? '' : html
    } } },
    outline: [2, 3],
    nav: [
      { text: 'Tutorial', link: '/tutorial' },
      { text: 'Commands', link: '/commands/' },
      { text: 'Testing', link: '/testing' },
      { text: 'FastAGI', link: '/fastagi' },
      { text: version, items: [
        { text: 'Changes', link: '/changes' }, { text: 'Platforms', link: '/platforms' }] },
    ],
    sidebar: [
      group('Begin', there('why.md', 'tutorial.md', 'install.md')),
      group('Calls', there('sessions.md', 'errors.md', 'hang-ups.md', 'your-own-loop.md')),
      group('Dialogues', folder('dialogues', 'index.md', 'tutorial.md', 'prompts.md', 'ask.md', 'menu.md', 'yes-no.md',
        'confirm.md', 'date.md', 'amount.md', 'card-number.md', 'letters.md', 'record.md', 'dial.md', 'flows.md',
        'manners.md', 'commands.md', 'speech.md')),
      group('Servers', there('fastagi.md', 'many-machines.md', 'production.md', 'security.md',
        'asyncagi.md', 'ami.md')),
      group('Testing', there('testing.md', 'testing-asyncagi.md', 'softphone.md')),
      group('Help', there('troubleshooting.md', 'performance.md', 'platforms.md', 'changes.md')),
      group('Coming from', folder('coming-from', 'index.md'), true),
      { text: 'Reference', collapsed: true, items: [item('headers.md'), ...folder('commands', 'index.md').map(item)] },
    ],
    docFooter: { prev: 'Before', next: 'Next' },
    footer: { message: 'MIT License' },
  },
})
