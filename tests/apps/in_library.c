/* A program that is all in a library, whose names need not be there when it is linked. */
int in_library(int argc, char **argv);

int main(int argc, char **argv)
{
    return in_library(argc, argv);
}
