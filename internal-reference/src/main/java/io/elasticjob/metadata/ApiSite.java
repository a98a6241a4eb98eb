package io.elasticjob.metadata;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.DocumentationTool;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The Javadoc of the API as a site. It shows the types that users may build on and no others, which no list of packages
 * could say.
 */
public final class ApiSite {

    private final ApiReference api;
    private final Collection<Path> sources;
    private final String classPath;

    /**
     * @param sources roots of source folders
     * @param classPath of the same, compiled, and of all that they name
     */
    public ApiSite(Collection<Path> sources, String classPath) {
        this.api = new ApiReference(sources);
        this.sources = List.copyOf(sources);
        this.classPath = classPath;
    }

    /**
     * Makes the site.
     *
     * @param folder where; made if it is not there
     * @return what the tool says of errors and warnings; empty when there are none
     */
    public String writeTo(Path folder) throws IOException {
        DocumentationTool tool = ToolProvider.getSystemDocumentationTool();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = tool.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-quiet",
                    "-public",
                    "-Werror",
                    "-Xdoclint:all,-missing",
                    "-notimestamp",
                    "-encoding",
                    "UTF-8",
                    "-docencoding",
                    "UTF-8",
                    "--release",
                    "17",
                    "-windowtitle",
                    "ElasticJob for Spring Boot",
                    "-doctitle",
                    "ElasticJob for Spring Boot: API",
                    "-classpath",
                    classPath,
                    "-d",
                    folder.toString());
            boolean done = tool.getTask(said, files, null, null, options, files.getJavaFileObjectsFromPaths(marked()))
                    .call();
            return done ? said.toString().strip() : said + "\nthe site was not made";
        }
    }

    /** Sources of the types, and of what is said of their packages. All else is taken from the class path. */
    private List<Path> marked() {
        return api.types().stream()
                .flatMap(type -> Stream.of(type.getName(), type.getPackageName() + ".package-info"))
                .distinct()
                .map(name -> name.replace('.', '/') + ".java")
                .flatMap(file -> sources.stream().map(root -> root.resolve(file)))
                .filter(file -> file.toFile().isFile())
                .toList();
    }
}
