package io.elasticjob.boot;

import io.elasticjob.InvalidSettingException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a start-up that failed on a setting. Adapters name the property at the beginning of their message. */
final class InvalidSettingFailureAnalyzer extends AbstractFailureAnalyzer<IllegalArgumentException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable failure, IllegalArgumentException cause) {
        String message = String.valueOf(cause.getMessage());
        if (!(cause instanceof InvalidSettingException) && !message.startsWith("elasticjob.")) {
            return null;
        }
        String key = cause instanceof InvalidSettingException invalid
                ? invalid.key()
                : message.substring(0, message.indexOf(':') < 0 ? message.length() : message.indexOf(':'));
        return new FailureAnalysis(
                message,
                "Correct " + key + ". To start without any job meanwhile, set elasticjob.enabled=false.",
                cause);
    }
}
