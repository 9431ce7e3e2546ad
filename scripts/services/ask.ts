/** What was asked of `npm run services`, judged before anything is done. */

import type { Service } from './service.ts'

const verbs = ['up', 'down', 'status', 'build'] as const
export type Verb = (typeof verbs)[number]

export type Ask =
  | { readonly verb: Verb; readonly services: readonly Service[] }
  | { readonly misuse: string }

/** Without names all are meant; `up` and `build` cost so much that they want to be told which. */
export function askOf(args: readonly string[], known: readonly Service[]): Ask {
  const [verb, ...names] = args
  const isVerb = (word: string | undefined): word is Verb => verbs.some(one => one === word)
  if (!isVerb(verb)) return { misuse: verb === undefined ? 'what to do?' : `no verb '${verb}'` }
  const all = known.map(service => service.name)
  const unknown = names.find(name => !all.includes(name))
  if (unknown !== undefined) return { misuse: `no service '${unknown}': ${all.join(', ')}` }
  const wantsNames = verb === 'up' || verb === 'build'
  if (wantsNames && names.length === 0) return { misuse: `${verb} which? ${all.join(', ')}` }
  const isMeant = ({ name }: Service) => names.length === 0 || names.includes(name)
  return { verb, services: known.filter(isMeant) }
}
