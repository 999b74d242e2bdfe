// SPDX-License-Identifier: MIT
import { contentOf, filePages, slugOf } from '../.vitepress/sources.mjs'

export default {
  paths: () => filePages().map((file) => ({ params: { file: slugOf(file) }, content: contentOf(file) })),
}
