package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.InvalidSettingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens from files, which are looked at again every second. A change counts once two looks have found the same, so that a
 * file that is being written, or replaced, refuses nobody. A file that has gone has no tokens any more; one that cannot be
 * read keeps those that it had. Owns a thread where there are files.
 */
final class TokenFiles implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(TokenFiles.class);

    private static final String HASH = "sha256:";
    private static final int LONGEST = 1024 * 1024;

    /** A file of a client, and what was found in it. Confined to the thread that looks. */
    private static final class Source {

        private final String key;
        private final String client;
        private final Path path;
        private List<byte[]> hashes = List.of();
        private @Nullable String counts;
        private @Nullable String seen;

        Source(String key, String client, Path path) {
            this.key = key;
            this.client = client;
            this.path = path;
        }
    }

    private final List<Source> sources = new ArrayList<>();
    private final @Nullable ScheduledExecutorService looking;
    private volatile TokenHashes tokens = TokenHashes.NONE;

    /** @throws InvalidSettingException for a file that cannot be read now, or has no usable token */
    TokenFiles(Map<String, ElasticJobGatewayProperties.Client> clients) {
        clients.forEach((client, settings) -> {
            for (int i = 0; i < settings.getTokenFiles().size(); i++) {
                String key = "elasticjob.gateway.clients." + client + ".token-files[" + i + "]";
                sources.add(
                        new Source(key, client, Path.of(settings.getTokenFiles().get(i))));
            }
        });
        for (Source source : sources) {
            String text = text(source);
            source.hashes = hashes(source, text);
            source.counts = text;
            source.seen = text;
        }
        tokens = all();
        looking = sources.isEmpty()
                ? null
                : Executors.newSingleThreadScheduledExecutor(task -> {
                    Thread thread = new Thread(task, "elasticjob-gateway-tokens");
                    thread.setDaemon(true);
                    return thread;
                });
        if (looking != null) {
            looking.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
        }
    }

    TokenHashes tokens() {
        return tokens;
    }

    private static String text(Source source) {
        try {
            return read(source.path);
        } catch (IOException unreadable) {
            throw new InvalidSettingException(
                    source.key,
                    source.path.toString(),
                    "must be a file that can be read, of at most 1 MiB: " + why(unreadable));
        }
    }

    /** Without the path, which is shown beside it. */
    private static String why(IOException unreadable) {
        if (unreadable instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (unreadable instanceof FileSystemException ofFile) {
            return ofFile.getReason() == null ? "this user has no access" : ofFile.getReason();
        }
        return String.valueOf(unreadable.getMessage());
    }

    private static String read(Path path) throws IOException {
        if (Files.size(path) > LONGEST) {
            throw new IOException("it has " + Files.size(path) + " bytes");
        }
        return Files.readString(path, StandardCharsets.UTF_8);
    }

    /** Looks at all files; never throws. */
    void look() {
        boolean isNews = false;
        for (Source source : sources) {
            try {
                isNews |= look(source);
            } catch (IOException | RuntimeException unusable) {
                log.error(
                        "{} {} cannot be used; its tokens are those that were read before: {}",
                        source.key,
                        source.path,
                        unusable.getMessage());
            }
        }
        if (isNews) {
            try {
                tokens = all();
            } catch (RuntimeException unusable) {
                log.error("Changed token files are not used: {}", unusable.getMessage());
            }
        }
    }

    private static boolean look(Source source) throws IOException {
        String text;
        try {
            text = read(source.path);
        } catch (NoSuchFileException gone) {
            text = "";
        }
        boolean isSettled = text.equals(source.seen);
        source.seen = text;
        if (!isSettled || text.equals(source.counts)) {
            return false;
        }
        source.counts = text; // what is unusable is told once
        source.hashes = text.isEmpty() ? List.of() : hashes(source, text);
        log.info("{} {} has changed: it has {} tokens now", source.key, source.path, source.hashes.size());
        return true;
    }

    private TokenHashes all() {
        TokenHashes all = TokenHashes.NONE;
        for (Source source : sources) {
            for (byte[] hash : source.hashes) {
                all = all.with(source.key, hash, source.client);
            }
        }
        return all;
    }

    private static List<byte[]> hashes(Source source, String text) {
        List<byte[]> hashes = new ArrayList<>();
        text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .forEach(line -> hashes.add(
                        line.startsWith(HASH)
                                ? TokenHashes.read(source.key, line.substring(HASH.length()))
                                : TokenHashes.sha256(line)));
        if (hashes.isEmpty()) {
            throw new InvalidSettingException(source.key, source.path.toString(), "must have at least one token");
        }
        return hashes;
    }

    @Override
    public void close() {
        if (looking != null) {
            looking.shutdownNow();
        }
    }
}
