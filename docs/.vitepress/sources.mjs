// SPDX-License-Identifier: MIT
// Pages link to files of the tree, such as ../examples/pin.cpp. On the site an example is a page under
// source/; a header, of which there are many, is its plain text.

import fs from 'node:fs'
import path from 'node:path'

export const docs = path.resolve(import.meta.dirname, '..')
const root = path.dirname(docs)

// The file that a link in a page leads to, relative to the tree; nothing if it is a page or elsewhere.
export function fileOf(page, link) {
  if (/^[a-z]+:|^#|^\//.test(link)) return undefined
  const target = path.resolve(docs, path.dirname(page), link.replace(/#.*/, ''))
  return target.startsWith(docs + path.sep) ? undefined : path.relative(root, target)
}

export const slugOf = (file) => file.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '')
const isHeader = (file) => file.startsWith('include/') && file.endsWith('.hpp')
export const linkTo = (file) => '/source/' + (isHeader(file) ? `${file}.txt` : slugOf(file))

function pages(folder = docs) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name)
    if (entry.isDirectory()) return /^(node_modules|\.|source)/.test(entry.name) ? [] : pages(name)
    return name.endsWith('.md') ? [name] : []
  })
}

function linkedFiles() {
  const found = new Set()
  for (const page of pages()) {
    for (const [, link] of fs.readFileSync(page, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)) {
      const file = fileOf(path.relative(docs, page), link)
      if (file) found.add(file)
    }
  }
  return [...found].sort()
}

export const filePages = () => linkedFiles().filter((file) => !isHeader(file))

export function copyHeaders(site) {
  for (const file of linkedFiles().filter(isHeader)) {
    const target = path.join(site, 'source', `${file}.txt`)
    fs.mkdirSync(path.dirname(target), { recursive: true })
    fs.copyFileSync(path.join(root, file), target)
  }
}

const languages = { cpp: 'cpp', hpp: 'cpp', conf: 'ini', service: 'ini', socket: 'ini' }

// The text of a page for a file: Markdown as it is, all else as code.
export function contentOf(file) {
  const full = path.join(root, file)
  if (fs.statSync(full).isDirectory()) {
    const list = fs.readdirSync(full).sort().map((name) => `- ${name}`)
    return `# ${file}/\n\n${list.join('\n')}\n`
  }
  const text = fs.readFileSync(full, 'utf8')
  if (file.endsWith('.md')) return text.replace(/\[([^\]]+)\]\((?![a-z]+:|#)[^)]*\)/g, '$1')
  const language = languages[path.extname(file).slice(1)] ?? 'txt'
  return `# ${path.basename(file)}\n\n\`${file}\`\n\n\`\`\`\`${language}\n${text}\n\`\`\`\`\n`
}
