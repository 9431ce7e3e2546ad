/**
 * What the documents say is there: every relative link leads somewhere, every `npm run X` is a
 * script.
 */

import type { Finding } from './finding.ts'
import { resolved } from './layers.ts'
import type { FileText } from './ratio.ts'
import { isSource, isTest } from './source.ts'

/** Code is no prose: a link in a fenced block or in backticks is a text about links. */
const withoutCode = (line: string) => line.replace(/`[^`]*`/g, '')

function proseLines(text: string): readonly (readonly [line: number, text: string])[] {
  let isFenced = false
  return text.split('\n').flatMap((line, at) => {
    const isFence = /^\s*(```|~~~)/.test(line)
    if (isFence) isFenced = !isFenced
    return isFence || isFenced ? [] : [[at + 1, withoutCode(line)] as const]
  })
}

/** The anchor that GitHub makes of a heading. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')

function anchorsOf(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^#+\s+(.*)$/gm)].map(match => anchor(match[1] ?? '')))
}

/** `files`: every file of the tree with its text; a folder is named by any file in it. */
export function links(files: readonly FileText[]): readonly Finding[] {
  const texts = new Map(files.map(file => [file.path, file.text]))
  const isThere = (path: string) =>
    texts.has(path) || files.some(file => file.path.startsWith(`${path.replace(/\/$/, '')}/`))
  const troubleOf = (from: string, link: string): string | undefined => {
    const [target = '', fragment] = link.split('#')
    const path = target === '' ? from : resolved(from, target)
    if (!isThere(path)) return `${link} leads nowhere`
    const isGone = fragment !== undefined && !anchorsOf(texts.get(path) ?? '').has(fragment)
    return isGone ? `${link}: no such heading` : undefined
  }
  return files
    .filter(file => file.path.endsWith('.md'))
    .flatMap(({ path, text }) =>
      proseLines(text).flatMap(([line, prose]) =>
        [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(match => {
          const link = match[1] ?? ''
          if (/^[a-z]+:/.test(link)) return []
          const message = troubleOf(path, link)
          return message === undefined ? [] : [{ path, line, rule: 'link', message }]
        }),
      ),
    )
}

/** `npm test` and `npm ci` need no proof; everything that is *run* by name must have one. */
export function scriptsNamed(
  files: readonly FileText[],
  scripts: ReadonlySet<string>,
): readonly Finding[] {
  return files
    .filter(file => file.path.endsWith('.md'))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((words, at) =>
        [...words.matchAll(/\bnpm run ([\w:-]+)/g)]
          .map(match => match[1] ?? '')
          .filter(script => !scripts.has(script))
          .map(script => {
            const message = `package.json has no script \`${script}\``
            return { path, line: at + 1, rule: 'script', message }
          }),
      ),
    )
}

/** A comment that sends its reader to `docs/..` sends him to a page that is there. */
export function citations(files: readonly FileText[]): readonly Finding[] {
  const paths = new Set(files.map(file => file.path))
  return files
    .filter(file => isSource(file.path) && !isTest(file.path))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((words, at) =>
        [...words.matchAll(/\bdocs\/[\w/-]+\.md\b/g)]
          .filter(match => !paths.has(match[0]))
          .map(match => ({
            path,
            line: at + 1,
            rule: 'link',
            message: `${match[0]} is not there`,
          })),
      ),
    )
}

/** Every decision is in the list of decisions. */
export function decisionsListed(files: readonly FileText[]): readonly Finding[] {
  const folder = 'docs/decisions/'
  const list = files.find(file => file.path === `${folder}README.md`)?.text ?? ''
  return files
    .filter(file => file.path.startsWith(folder) && !file.path.endsWith('/README.md'))
    .filter(file => !list.includes(`(${file.path.slice(folder.length)})`))
    .map(({ path }) => {
      return { path, line: 1, rule: 'decision', message: 'not in docs/decisions/README.md' }
    })
}
