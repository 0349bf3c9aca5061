import { XMLBuilder } from 'fast-xml-parser';
import { describeCheck, type LimitCheck } from './limit.js';

/** Formats limits as a JUnit report, which CI servers show: one test case per limit, under the command's name. */
export function junitOf(suite: string, checks: readonly LimitCheck[]): string {
  const failures = checks.filter(({ isMet }) => !isMet).length;
  const builder = new XMLBuilder({ ignoreAttributes: false, format: true });
  return builder.build({
    '?xml': { '@_version': '1.0', '@_encoding': 'UTF-8' },
    testsuites: {
      testsuite: {
        '@_name': suite,
        '@_tests': `${checks.length}`,
        '@_failures': `${failures}`,
        testcase: checks.map((check) => ({
          '@_classname': suite,
          '@_name': `${check.name} ${check.bound} ${check.value}`,
          ...(!check.isMet && { failure: { '@_message': describeCheck(check) } }),
        })),
      },
    },
  });
}
