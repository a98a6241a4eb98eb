/** Kubernetes as a cluster of an application, by settings. */
@NullMarked
package io.elasticjob.kubernetes.autoconfigure;

import org.jspecify.annotations.NullMarked;
