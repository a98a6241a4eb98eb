/** Makes the parts of an application's job engine: from its beans, its properties, and its own replacements. */
@NullMarked
package io.elasticjob.boot.autoconfigure;

import org.jspecify.annotations.NullMarked;
