/** `weir raft`: asks any node of a cluster over HTTP. */

import { Command } from 'commander'
import { ask, urlOption } from './ask.ts'
import { CommandFailure, exitCodes } from './exit.ts'
import { type Format, outputOption, showItems, showJson, type Terminal } from './output.ts'
import { groupsText, groupText, hashText, type ShownGroup, type ShownHash } from './raft-text.ts'

const UNHEALTHY_GROUPS = 'a group has no leader, or a node does not answer'

interface Options {
  readonly url: string
  readonly output: Format
}

export function raftCommand(terminal: Terminal): Command {
  const raft = new Command('raft').description('look at Raft groups, and hand leaderships over')
  const add = (usage: string, description: string, example: string) =>
    raft
      .command(usage)
      .description(description)
      .addOption(urlOption())
      .addOption(outputOption())
      .addHelpText('after', `\nExample:\n  ${example}`)
  add('groups', 'list all groups, each as its leader sees it', 'weir raft groups -o json')
    .addHelpText('after', `\nExit code ${exitCodes.unhealthy}: ${UNHEALTHY_GROUPS}.`)
    .action((options: Options) => listGroups(options, terminal))
  add('show <group>', 'show one group and its replicas', 'weir raft show kv/1').action(
    (group: string, options: Options) => showGroup(group, options, terminal),
  )
  add('transfer <group>', 'hand leadership over', 'weir raft transfer kv/1 --to n2')
    .requiredOption('--to <node>', 'the node that is to lead')
    .action((group: string, options: Options & { to: string }) => {
      return transfer(group, options, terminal)
    })
  add('hash [group]', 'see whether the replicas of a group, or of all, are equal', 'weir raft hash')
    .addHelpText('after', `\nExit code ${exitCodes.unhealthy}: not equal, or not all were heard.`)
    .action((group: string | undefined, options: Options) => hash(group, options, terminal))
  return raft
}

async function listGroups({ url, output }: Options, terminal: Terminal): Promise<void> {
  const { groups, unreachable = [] } = (await ask(url, '/v1/raft')) as {
    groups: readonly ShownGroup[]
    unreachable?: readonly { node: string; why: string }[]
  }
  terminal.out(output === 'text' ? groupsText(groups) : showItems(groups, output))
  for (const { node, why } of unreachable) terminal.err(`no answer from node ${node}: ${why}\n`)
  const headless = groups.filter(one => one.leader === null).map(one => one.group)
  if (headless.length === 0 && unreachable.length === 0) return
  const silent = unreachable.map(one => one.node)
  const facts = [
    ...(headless.length > 0 ? [`without a leader: ${headless.join(', ')}`] : []),
    ...(silent.length > 0 ? [`silent: ${silent.join(', ')}`] : []),
  ]
  throw new CommandFailure(exitCodes.unhealthy, facts.join('; '))
}

async function showGroup(group: string, { url, output }: Options, terminal: Terminal) {
  const shown = (await ask(url, pathOf(group))) as ShownGroup
  terminal.out(output === 'text' ? groupText(shown) : showJson(shown, output))
}

async function transfer(group: string, options: Options & { to: string }, terminal: Terminal) {
  const { url, output, to } = options
  const answer = (await ask(url, `${pathOf(group)}/transfer`, { post: { to } })) as {
    leader: string
  }
  const text = `${answer.leader} leads ${group}\n`
  terminal.out(output === 'text' ? text : showJson(answer, output))
}

async function hash(group: string | undefined, { url, output }: Options, terminal: Terminal) {
  const hashes: ShownHash[] = []
  for (const name of group === undefined ? await groupNames(url) : [group]) {
    hashes.push((await ask(url, `${pathOf(name)}/hash`)) as ShownHash)
  }
  const text = output === 'text' ? hashes.map(hashText).join('\n') : showItems(hashes, output)
  terminal.out(text)
  const bad = hashes.filter(one => !(one.equal && one.complete)).map(one => one.group)
  if (bad.length === 0) return
  const message = `not proved equal: ${bad.join(', ')}`
  throw new CommandFailure(exitCodes.unhealthy, message)
}

async function groupNames(url: string): Promise<readonly string[]> {
  const { groups } = (await ask(url, '/v1/raft')) as { groups: readonly ShownGroup[] }
  return groups.map(one => one.group)
}

const pathOf = (group: string) => `/v1/raft/${group.split('/').map(encodeURIComponent).join('/')}`
