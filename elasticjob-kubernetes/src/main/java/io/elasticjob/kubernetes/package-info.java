/** Kubernetes as a cluster: each run of tasks is one Indexed Job there. */
@NullMarked
package io.elasticjob.kubernetes;

import org.jspecify.annotations.NullMarked;
