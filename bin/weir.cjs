#!/usr/bin/env node
/**
 * The `weir` command. No module of the new kind: Node would read its files by the very threads
 * whose number is to be set here, and the number that holds is the one that is found when the first
 * of them is needed. State writes and the log's syncs must not wait for each other.
 */

process.env.UV_THREADPOOL_SIZE ??= '16'
void import('../dist/src/cli/weir.js')
