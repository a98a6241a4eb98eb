package io.elasticjob;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** The keys that there are: those of all jobs, and those that kinds of handlers bring. */
final class KeyCatalog {

    /** Made when it is first asked for, and again as long as that fails: so whoever asks is told why. */
    private static volatile @Nullable KeyCatalog ofClassPath;

    private final List<JobKey> keys;
    private final Map<String, JobKey> byPlainText = new LinkedHashMap<>();
    private final Map<JobKey, HandlerKind> kinds = new LinkedHashMap<>();

    /**
     * @throws IllegalStateException when two kinds bring keys that read alike, or one brings a key of all jobs
     */
    KeyCatalog(Iterable<HandlerKind> kinds) {
        List<JobKey> all = new ArrayList<>(JobKey.common());
        all.forEach(key -> byPlainText.put(plain(key.key()), key));
        for (HandlerKind kind : kinds) {
            for (JobKey key : kind.keys()) {
                JobKey other = byPlainText.putIfAbsent(plain(key.key()), key);
                if (other != null) {
                    HandlerKind owner = this.kinds.get(other);
                    throw new IllegalStateException("The kind of handlers \"" + kind.name() + "\" ("
                            + kind.getClass().getName() + ") brings the key " + key.key() + ", which "
                            + (owner == null
                                    ? "all jobs have"
                                    : "the kind \"" + owner.name() + "\" ("
                                            + owner.getClass().getName() + ") brings as well")
                            + ": take one of them off the class path, or rename the key");
                }
                this.kinds.put(key, kind);
                all.add(key);
            }
        }
        this.keys = List.copyOf(all);
    }

    static KeyCatalog ofClassPath() {
        KeyCatalog known = ofClassPath;
        if (known == null) {
            try {
                known = new KeyCatalog(ServiceLoader.load(HandlerKind.class, HandlerKind.class.getClassLoader()));
            } catch (ServiceConfigurationError broken) {
                throw new IllegalStateException(
                        "A kind of handlers on the class path cannot be used: " + broken.getMessage(), broken);
            }
            ofClassPath = known;
        }
        return known;
    }

    /** Those of all jobs first. */
    List<JobKey> keys() {
        return keys;
    }

    /** The key that reads like {@code text}, whatever its case and dashes. */
    Optional<JobKey> of(String text) {
        return Optional.ofNullable(byPlainText.get(plain(text)));
    }

    boolean knows(JobKey key) {
        return key.isCommon() || kinds.containsKey(key);
    }

    /** The kinds that bring one of these keys, each once. */
    Collection<HandlerKind> kindsOf(Collection<JobKey> some) {
        return some.stream()
                .map(kinds::get)
                .filter(kind -> kind != null)
                .distinct()
                .toList();
    }

    private static String plain(String text) {
        return text.replace("-", "").toLowerCase(Locale.ROOT);
    }
}
